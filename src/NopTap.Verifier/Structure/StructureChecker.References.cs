// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Structure;

sealed partial class StructureChecker
{
    Diagnostic? CheckWideLoad(int slot, in Instruction instruction)
    {
        switch ((byte)instruction.Source)
        {
            case PseudoSource.Constant:
                return null;
            case PseudoSource.Function:
                return CheckFunctionStart(slot, instruction.CallTarget(slot), "reference");
            case PseudoSource.BtfId:
                return null;
            default:
                return FindReference(slot) >= 0
                    ? null
                    : UnknownMap(slot, "load of a map that the program's references do not name");
        }
    }

    int FindReference(int slot)
    {
        int low = 0;
        int high = _program.References.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int at = _program.References[middle].Instruction;
            if (at == slot)
                return middle;
            if (at < slot)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }

    Diagnostic? CheckReferences()
    {
        int previous = -1;
        foreach (MapReference reference in _program.References)
        {
            int slot = reference.Instruction;
            if (slot <= previous || slot >= _code.Length || _secondHalf[slot] || !_code[slot].IsWideLoad || (byte)_code[slot].Source == PseudoSource.Function)
                return UnknownMap(Math.Clamp(slot, 0, _code.Length - 1), $"map reference for slot {slot}, which is no load of a map or out of order");
            previous = slot;
            if ((uint)reference.MapIndex >= (uint)_maps.Length)
                return UnknownMap(slot, $"a load names map {reference.MapIndex} (counted from 0), where {_maps.Length} maps are there");
            // The verifier reads the instruction, the engines the reference: they must say the same.
            if (reference.IsValue != NamesValue(_code[slot]) || (!reference.IsValue && (reference.Offset != 0 || !NamesMap(_code[slot]))))
                return UnknownMap(slot, $"the load and its reference differ: one means {(reference.IsValue ? "a value" : "the map")}, at offset {reference.Offset}");
            MapSpec map = _maps[reference.MapIndex];
            if (reference.IsValue && (map.Type != MapType.Array || map.MaxEntries != 1))
                return UnknownMap(slot, $"address of a value of map '{map.Name}', which is no array of one value");
            if (reference.IsValue && reference.Offset >= map.ValueSize)
                return UnknownMap(slot, $"address {reference.Offset} bytes into a value of map '{map.Name}', which has {map.ValueSize}");
        }

        return null;
    }

    static bool NamesMap(in Instruction load) => (byte)load.Source is PseudoSource.MapFd or PseudoSource.MapIndex;

    static bool NamesValue(in Instruction load) => (byte)load.Source is PseudoSource.MapValue or PseudoSource.MapIndexValue;

    Diagnostic UnknownMap(int slot, string what) =>
        VerifierDiagnostics.UnknownMap.At(ProgramPlaces.At(_program, slot), what, "define the map in the object and load the object as a whole");
}
