// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.Isa;

namespace NopTap.Interpreter;

// Rounds, and helpers that call the program back. What is counted and tested here, and in which order, compiled code counts and tests as well.
sealed partial class Execution
{
    /// <summary>Whether a round is left; if not, the caller takes that early exit, which leaves the instruction alone.</summary>
    bool HasRounds(EarlyExit otherwise)
    {
        Debug.Assert(!Leaves(EarlyExits.RuleOf(otherwise).Leaves), "a function is left by LeaveEarly");
        return _rounds is null || _rounds.HasLeft(_threadBlock);
    }

    ulong TakeRounds(ulong wanted) => _rounds is null ? wanted : _rounds.Take(_threadBlock, wanted);

    ulong RoundsMade() => _rounds is null ? 0 : _rounds.Made(_threadBlock);

    /// <summary><c>bpf_loop</c>: calls a function with 0, 1, ... until it returns other than 0 or the count is reached; returns the calls made.</summary>
    ulong Loop(ulong count, ulong callback, ulong context, ulong flags)
    {
        int function = CallbackFunction(callback);
        if (flags != 0)
            return Error(Errno.EINVAL);
        if (count > RunLimits.Loops)
            return Error(Errno.E2BIG);
        ulong made = 0;
        ulong chunk = 1;
        while (made < count && TakeRounds(Math.Min(chunk, count - made)) is ulong taken and not 0)
        {
            ulong mark = RoundsMade();
            ulong end = made + taken;
            while (made < end)
            {
                if (CallBack(function, made++, context, 0, 0) == 0)
                    continue;
                _rounds?.Count(_threadBlock, -(long)(end - made));
                return made;
            }

            chunk = RunLimits.NextChunk(chunk, othersCounted: RoundsMade() != mark);
        }

        return made;
    }

    /// <summary><c>bpf_for_each_map_elem</c>: calls a function with map, key, value and context until it returns other than 0; returns the calls made.</summary>
    ulong ForEachMapElement(nint map, ulong callback, ulong context, ulong flags)
    {
        int function = CallbackFunction(callback);
        if (flags != 0 || _program.Imports.Elements is not { } elements || !elements.CanWalk(map))
            return Error(Errno.EINVAL);
        ulong made = 0;
        ulong cursor = 0;
        bool goesOn = true;
        try
        {
            while (goesOn && elements.TryNext(map, ref cursor, out nint key, out nint value) && TakeRounds(1) != 0)
            {
                made++;
                goesOn = CallBack(function, (ulong)map, (ulong)key, (ulong)value, context) == 0;
            }
        }
        finally
        {
            elements.End(map, cursor);
        }

        return made;
    }

    /// <summary>Runs a callback to its end, then goes on behind the helper call that this instruction is.</summary>
    ulong CallBack(int function, ulong r1, ulong r2, ulong r3, ulong r4)
    {
        int next = _next;
        ulong result = Invoke(function, r1, r2, r3, r4, ProgramInterpreter.Poison);
        _next = next;
        return result;
    }

    int CallbackFunction(ulong value)
    {
        int function = _program.FunctionOf(value);
        return function >= 0 ? function : throw NoFunction(value);
    }
}
