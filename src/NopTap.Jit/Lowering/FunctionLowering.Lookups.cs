// SPDX-License-Identifier: Apache-2.0

using System.Numerics;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Jit;

// bpf_map_lookup_elem without a call of the helper. Arguments: map in rdi, address of the key in rsi; r1 to r5 need not survive, so their registers
// are free behind the key.
sealed partial class FunctionLowering
{
    bool TryEmitLookup(int mapIndex)
    {
        if ((uint)mapIndex >= (uint)_request.MapSpecs.Length)
            return false;
        MapSpec map = _request.MapSpecs[mapIndex];
        switch (map.Type)
        {
            case MapType.Array when _request.MapValues[mapIndex] != 0:
                EmitArrayLookup(map, _request.MapValues[mapIndex]);
                return true;
            case MapType.PercpuArray:
                EmitProcessorArrayLookup(map);
                return true;
            case MapType.Hash or MapType.PercpuHash when map.KeySize != 0:
                _writer.Call(_labels.HashRoutine(new HashShape(map.KeySize, map.Type == MapType.PercpuHash)));
                return true;
            case MapType.ArrayOfMaps:
                EmitArrayOfMapsLookup(map);
                return true;
            case MapType.HashOfMaps when map.KeySize != 0:
                EmitHashOfMapsLookup(map);
                return true;
            default:
                return false;
        }
    }

    // The entry under the index: the head of a map, or 0.
    void EmitArrayOfMapsLookup(MapSpec map)
    {
        Label miss = EmitIndexCheck(map);
        _writer.Load(8, Gpr.Rcx, Gpr.Rdi, MapHeader.ValuesOffset);
        _writer.LoadElement(Gpr.Rax, Gpr.Rcx, Gpr.Rax);
        EmitMiss(miss);
    }

    void EmitHashOfMapsLookup(MapSpec map)
    {
        Label miss = _writer.NewLabel();
        _writer.Call(_labels.HashRoutine(new HashShape(map.KeySize, IsPerProcessor: false)));
        _writer.Test(Width.Bits64, Gpr.Rax, Gpr.Rax);
        _writer.JumpIf(Condition.Equal, miss);
        _writer.Load(8, Gpr.Rax, Gpr.Rax, 0);
        _writer.Bind(miss);
    }

    // values + index * stride, or 0 when the index is too great.
    void EmitArrayLookup(MapSpec map, nint values)
    {
        Label end = EmitIndexCheck(map);
        EmitScale(map);
        _writer.MoveConstant(Gpr.Rdi, (ulong)values);
        _writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rax, Gpr.Rdi);
        EmitMiss(end);
    }

    // The same in the values of the run's processor.
    void EmitProcessorArrayLookup(MapSpec map)
    {
        Label end = EmitIndexCheck(map);
        EmitScale(map);
        _writer.Load(4, Gpr.Rcx, MachineRegisters.ThreadBlock, ThreadBlock.ProcessorOffset);
        _writer.MultiplyByMemory64(Gpr.Rcx, Gpr.Rdi, MapHeader.ProcessorStrideOffset);
        _writer.AddFromMemory64(Gpr.Rax, Gpr.Rdi, MapHeader.ValuesOffset);
        _writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rax, Gpr.Rcx);
        EmitMiss(end);
    }

    Label EmitIndexCheck(MapSpec map)
    {
        Label miss = _writer.NewLabel();
        _writer.Load(4, Gpr.Rax, Gpr.Rsi, 0);
        _writer.Binary(BinaryOperation.Compare, Width.Bits32, Gpr.Rax, (int)map.MaxEntries);
        _writer.JumpIf(Condition.AboveOrEqual, miss);
        return miss;
    }

    void EmitMiss(Label miss)
    {
        Label end = _writer.NewLabel();
        _writer.Jump(end);
        _writer.Bind(miss);
        _writer.MoveConstant(Gpr.Rax, 0);
        _writer.Bind(end);
    }

    void EmitScale(MapSpec map)
    {
        ulong stride = (map.ValueSize + 7UL) & ~7UL;
        if (BitOperations.IsPow2(stride))
        {
            _writer.Shift(ShiftOperation.Left, Width.Bits64, Gpr.Rax, BitOperations.Log2(stride));
        }
        else if (stride <= int.MaxValue)
        {
            _writer.Multiply(Width.Bits64, Gpr.Rax, Gpr.Rax, (int)stride);
        }
        else
        {
            _writer.MoveConstant(Gpr.Rdx, stride);
            _writer.Multiply(Width.Bits64, Gpr.Rax, Gpr.Rdx);
        }
    }
}
