// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Domains;
using NopTap.Verifier.Exploration;

namespace NopTap.Verifier;

/// <summary>
/// Forward dataflow over the living part of an accepted program: numbers that an instruction gives on every run. Not taken from the
/// exploration, whose paths end where numbers that decide nothing differ.
/// </summary>
sealed class ConstantFacts
{
    readonly ProgramSpec _program;
    readonly ImmutableArray<Instruction> _code;
    readonly ImmutableArray<InstructionFacts> _facts;
    readonly ImmutableArray<MapSpec> _maps;
    readonly Dictionary<int, MapReference> _references = [];
    readonly Dictionary<int, int> _armed = [];
    readonly Known[]?[] _before;
    readonly Queue<int> _work = new();

    ConstantFacts(VerifiedProgram program, ImmutableArray<MapSpec> maps)
    {
        _program = program.Spec;
        _code = program.Spec.Instructions;
        _facts = program.Facts;
        _maps = maps;
        _before = new Known[_code.Length][];
        foreach (MapReference reference in _program.References)
            _references[reference.Instruction] = reference;
        foreach (ProbeSpec probe in _program.Probes)
        {
            foreach (ProbeSiteSpec site in probe.Sites)
            {
                if (site.IsLazy)
                    _armed[site.ArmingInstruction] = site.ArmedTarget;
            }
        }
    }

    /// <summary>For each slot the number that its destination register holds behind it on every run, or null.</summary>
    public static ImmutableArray<ulong?> Of(VerifiedProgram program, ImmutableArray<MapSpec> maps) => new ConstantFacts(program, maps).Run();

    ImmutableArray<ulong?> Run()
    {
        foreach (FunctionSpec function in _program.Functions)
        {
            if (_facts[function.Start].IsDead)
                continue;
            var entry = new Known[11];
            Array.Fill(entry, Known.Varying);
            Reach(function.Start, entry);
        }

        while (_work.TryDequeue(out int slot))
            Follow(slot);
        var constants = ImmutableArray.CreateBuilder<ulong?>(_code.Length);
        for (int slot = 0; slot < _code.Length; slot++)
        {
            Known result = _before[slot] is { } before && Writes(_code[slot]) ? Result(slot, before) : Known.Varying;
            constants.Add(result.Kind == KnownKind.Number ? result.Value : null);
        }

        return constants.MoveToImmutable();
    }

    void Follow(int slot)
    {
        Instruction instruction = _code[slot];
        var after = (Known[])_before[slot]!.Clone();
        if (Writes(instruction))
        {
            after[(int)instruction.Destination] = Result(slot, after);
        }
        else
        {
            RegisterSet written = instruction.WrittenRegisters;
            for (int register = 0; register < 10; register++)
            {
                if (written.Contains((Register)register))
                    after[register] = Known.Varying;
            }
        }

        if (_armed.TryGetValue(slot, out int target))
        {
            Reach(target, after);
            Reach(slot + 1, after);
        }
        else if (instruction.IsUnconditionalJump)
        {
            Reach(instruction.JumpTarget(slot), after);
        }
        else if (instruction.IsConditionalJump)
        {
            Branch(slot, instruction, after);
        }
        else if (!instruction.IsExit)
        {
            Reach(slot + instruction.SlotCount, after);
        }
    }

    void Branch(int slot, in Instruction instruction, Known[] after)
    {
        BranchFact fact = _facts[slot].Branch;
        bool tests = !instruction.IsMayGoto && !instruction.UsesSourceRegister && instruction.Class == Opcode.Jmp;
        ref Known left = ref after[(int)instruction.Destination];
        Known known = left;
        Known equal = known.Kind == KnownKind.Varying ? Known.Number((ulong)(long)instruction.Immediate) : known;
        if (fact != BranchFact.NeverTaken)
        {
            left = tests && instruction.Operation == Opcode.Jeq ? equal : known;
            Reach(instruction.JumpTarget(slot), after);
        }

        if (fact != BranchFact.AlwaysTaken)
        {
            left = tests && instruction.Operation == Opcode.Jne ? equal : known;
            Reach(slot + 1, after);
        }
    }

    void Reach(int slot, Known[] state)
    {
        if (_before[slot] is not { } before)
        {
            _before[slot] = (Known[])state.Clone();
            _work.Enqueue(slot);
            return;
        }

        bool changed = false;
        for (int register = 0; register < before.Length; register++)
        {
            if (before[register].Kind == KnownKind.Varying || before[register] == state[register])
                continue;
            before[register] = Known.Varying;
            changed = true;
        }

        if (changed)
            _work.Enqueue(slot);
    }

    // Instructions with one result, in the register that they name as destination.
    static bool Writes(in Instruction instruction) => instruction.Class is Opcode.Alu or Opcode.Alu64 or Opcode.Ldx || instruction.IsWideLoad || instruction.IsLoadAcquire;

    Known Result(int slot, Known[] before)
    {
        Instruction instruction = _code[slot];
        if (instruction.IsWideLoad)
            return WideLoad(slot, instruction);
        if (instruction.Class == Opcode.Ldx)
            return Loaded(instruction, before[(int)instruction.Source]);
        if (instruction.Class is not (Opcode.Alu or Opcode.Alu64))
            return Known.Varying;
        bool wide = instruction.Class == Opcode.Alu64;
        Known operand = instruction.UsesSourceRegister ? before[(int)instruction.Source]
            : Known.Number(wide ? (ulong)(long)instruction.Immediate : (uint)instruction.Immediate);
        if (instruction.Operation == Opcode.Mov)
            return Moved(instruction, operand, wide);
        Known left = before[(int)instruction.Destination];
        if (instruction.Operation is Opcode.End or Opcode.Neg || operand.Kind != KnownKind.Number || left.Kind == KnownKind.Varying)
            return Known.Varying;
        if (left.Kind == KnownKind.Data)
            return wide && instruction.Operation == Opcode.Add ? left with { Value = left.Value + operand.Value } : Known.Varying;
        if (instruction.Offset != 0)
            return Known.Varying;
        ScalarRange range = ScalarArithmetic.Apply(instruction.Operation, ScalarRange.Constant(left.Value), ScalarRange.Constant(operand.Value), wide);
        return range.IsConstant ? Known.Number(range.Value) : Known.Varying;
    }

    static Known Moved(in Instruction instruction, Known source, bool wide)
    {
        if (instruction.Offset == 0 && (wide || source.Kind == KnownKind.Number))
            return wide ? source : Known.Number((uint)source.Value);
        return Known.Varying;
    }

    Known WideLoad(int slot, in Instruction instruction)
    {
        if (_references.TryGetValue(slot, out MapReference reference))
            return reference.IsValue ? new Known(KnownKind.Data, reference.Offset, reference.MapIndex) : Known.Varying;
        return instruction.IsFunctionReference ? Known.Varying : Known.Number(instruction.WideImmediate(_code[slot + 1]));
    }

    Known Loaded(in Instruction instruction, Known address)
    {
        if (address.Kind != KnownKind.Data || instruction.Mode != Opcode.Mem)
            return Known.Varying;
        ImmutableArray<byte> constants = MapAccess.ConstantsOf(_maps[address.Map]);
        long at = (long)address.Value + instruction.Offset;
        int size = instruction.AccessSize;
        if (at < 0 || at + size > constants.Length)
            return Known.Varying;
        Span<byte> word = stackalloc byte[8];
        word.Clear();
        constants.AsSpan().Slice((int)at, size).CopyTo(word);
        return Known.Number(BinaryPrimitives.ReadUInt64LittleEndian(word));
    }

    enum KnownKind : byte
    {
        Varying,
        Number,

        /// <summary>An address in the value of a map of global data.</summary>
        Data,
    }

    readonly record struct Known(KnownKind Kind, ulong Value, int Map)
    {
        public static readonly Known Varying;

        public static Known Number(ulong value) => new(KnownKind.Number, value, 0);
    }
}
