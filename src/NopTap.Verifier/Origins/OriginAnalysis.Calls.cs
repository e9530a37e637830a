// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Verifier.Origins;

sealed partial class OriginAnalysis
{
    void Call(int slot, in Instruction instruction)
    {
        _subject[slot] = _state.Register(1);
        ValueOrigin result = ValueOrigin.Unknown;
        if (instruction.IsProgramCall)
        {
            int callee = _graph.FunctionOf(instruction.CallTarget(slot));
            Enter(callee, _state);
            result = _returns[callee];
        }
        else if (_request.Helpers.TryGetValue(instruction.Immediate, out HelperSignature? helper))
        {
            FillOutputs(helper);
            if ((helper.Effects & HelperEffects.CallsBack) != 0)
                EnterCallbacks(helper);
            result = Result(helper);
        }

        _state.Register(0) = result;
        Clobber();
    }

    ValueOrigin Result(HelperSignature helper)
    {
        ValueOrigin map = _state.Register(1);
        return helper.Return switch
        {
            HelperReturn.Void => default,
            HelperReturn.MapValueOrNull when map.Origin == Origin.Map && map.IsExact && !HoldsMaps(map.Index) => ValueOrigin.Of(Origin.MapValue, map.Index),
            HelperReturn.MapValueOrNull => ValueOrigin.Unknown,
            HelperReturn.AllocatedMemoryOrNull => ValueOrigin.Of(Origin.Memory),
            _ => ValueOrigin.Number,
        };
    }

    bool HoldsMaps(int map) => _request.Maps[map].Type is MapType.ArrayOfMaps or MapType.HashOfMaps;

    void FillOutputs(HelperSignature helper)
    {
        ImmutableArray<HelperArgument> arguments = helper.Arguments;
        for (int i = 0; i < arguments.Length; i++)
        {
            ValueOrigin address = _state.Register(i + 1);
            switch (arguments[i])
            {
                case HelperArgument.MemoryUninitialized or HelperArgument.WritableMemory when i + 1 < arguments.Length:
                    ValueOrigin size = _state.Register(i + 2);
                    Fill(address, size is { Origin: Origin.Number, IsExact: true } ? size.Value : 0);
                    break;
                case HelperArgument.PointerToLong:
                    Fill(address, 8);
                    break;
                case HelperArgument.PointerToInt:
                    Fill(address, 4);
                    break;
                case HelperArgument.MapValueUninitialized:
                    Fill(address, _state.Register(1) is { Origin: Origin.Map, IsExact: true } map ? _request.Maps[map.Index].ValueSize : 0);
                    break;
            }
        }
    }

    // A callback gets what its helper hands it: bpf_loop an index and the caller's pointer, for_each_map_elem the map, key, value and pointer.
    void EnterCallbacks(HelperSignature helper)
    {
        ValueOrigin handed = default;
        ValueOrigin callback = default;
        for (int i = 0; i < helper.Arguments.Length; i++)
        {
            if (helper.Arguments[i] == HelperArgument.StackOrNull)
                handed = _state.Register(i + 1);
            else if (helper.Arguments[i] == HelperArgument.Callback)
                callback = _state.Register(i + 1);
        }

        var arguments = new OriginState();
        for (int register = 1; register <= 5; register++)
            arguments.Register(register) = ValueOrigin.Unknown;
        switch ((HelperId)helper.Id)
        {
            case HelperId.Loop:
                arguments.Register(1) = ValueOrigin.Number;
                arguments.Register(2) = handed;
                break;
            case HelperId.ForEachMapElem:
                ValueOrigin map = _state.Register(1);
                arguments.Register(1) = map;
                arguments.Register(3) = map is { Origin: Origin.Map, IsExact: true } ? ValueOrigin.Of(Origin.MapValue, map.Index) : ValueOrigin.Unknown;
                arguments.Register(4) = handed;
                break;
            default:
                for (int register = 1; register <= 5; register++)
                    arguments.Register(register) = ValueOrigin.Unknown.Join(handed);
                break;
        }

        for (int function = 0; function < _graph.Program.Functions.Length; function++)
        {
            bool named = callback is { Origin: Origin.Function, IsExact: true } ? callback.Index == function : _graph.IsCallback(function);
            if (named)
                Enter(function, arguments);
        }
    }
}
