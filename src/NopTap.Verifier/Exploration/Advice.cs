// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.RegularExpressions;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

/// <summary>What to write into the program, and where: the suggestion of a refusal in terms of its C lines, where there are any, with the numbers of this path.</summary>
sealed partial class Advice
{
    readonly VerificationRequest _request;
    readonly Rejection _rejection;
    readonly PathState _state;
    readonly Instruction _instruction;
    readonly RegisterState _address;

    public Advice(VerificationRequest request, Rejection rejection, PathState state, Instruction instruction, int register)
    {
        _request = request;
        _rejection = rejection;
        _state = state;
        _instruction = instruction;
        _address = register >= 0 ? state.Frame.R[register] : default;
    }

    /// <summary>The suggestion, or null where the one that the rule makes is as good.</summary>
    public string? Text() => _rejection.Diagnostic.Id switch
    {
        "BPF2020" => UnwrittenRegister(),
        "BPF2033" => NullTest(),
        "BPF2037" or "BPF2051" when _address.Nullable => NullTest(),
        "BPF2014" or "BPF2034" => IndexTest(),
        "BPF2032" => SignTest(),
        "BPF2035" => PacketTest(),
        "BPF2038" => SizeTest(),
        _ => null,
    };

    // What a program does with what it does not understand. Functions of it have results of their own.
    string Leave => _state.Depth != 0 ? "return 0;" : _request.Program.Type switch
    {
        ProgramType.Xdp => "return XDP_PASS;",
        ProgramType.SchedCls or ProgramType.SchedAct => "return TC_ACT_OK;",
        _ => "return 0;",
    };

    string Here => _rejection.Diagnostic.Place.Source ?? "this instruction";

    string? UnwrittenRegister()
    {
        if (_instruction.IsExit)
            return "return a value on every path: set r0 before each exit";
        RejectionStep? last = _rejection.Path.IsEmpty ? null : _rejection.Path[^1];
        if (last is null || !last.Instruction.Contains(" call ", StringComparison.Ordinal))
            return null;
        return $"keep the value in r6 to r9 or on the stack: the call at {Place(last)} uses up r1 to r5";
    }

    string? NullTest()
    {
        RejectionStep? origin = _rejection.Path.LastOrDefault(step => step.Instruction.Contains("call ", StringComparison.Ordinal));
        if (origin is null || VariableOf(origin.SourceText) is not string name)
            return null;
        return $"test it between {origin.Source} and {Here}: 'if (!{name}) {Leave}'";
    }

    string? IndexTest()
    {
        long? room = Room();
        if (room is not long bytes || _instruction.IsCall)
            return null;
        long size = _instruction.AccessSize;
        long free = bytes - _instruction.Offset - size;
        if (_address.IsFixed)
        {
            if (_address.Kind == RegisterKind.Stack)
                return "keep local variables within 512 bytes; put larger ones in a map";
            return _address.Kind == RegisterKind.MapValue && free < 0
                ? Invariant($"read within the {bytes + _address.Offset} bytes that the map's values have, or declare the map with a larger value type")
                : null;
        }

        string index = IndexOf(_rejection.SourceText) ?? "the index";
        if (_address.Range.SMin < 0)
            return $"make {Quoted(index)} unsigned, or test it before {Here}: 'if ({index} < 0) {Leave}'";
        if (free < 0)
            return Invariant($"make room: {bytes} bytes are there, and {_instruction.Offset + size} are accessed even at index 0");
        long scale = Scale();
        long most = free / scale;
        string mask = (most & (most + 1)) == 0 && most > 0 ? Invariant($", or mask it with '& {most}'") : "";
        return Invariant($"keep {Quoted(index)} to at most {most} (it is up to {_address.Range.UMax / (ulong)scale} here): test it before {Here}, 'if ({Nested(index)} > {most}) {Leave}'{mask}");
    }

    // Bytes from the constant part of the address to the end of its memory.
    long? Room() => _address.Kind switch
    {
        RegisterKind.MapValue => _request.Maps[_address.Index].ValueSize - _address.Offset,
        RegisterKind.MapKey => _request.Maps[_address.Index].KeySize - _address.Offset,
        RegisterKind.Memory => _address.Size - _address.Offset,
        RegisterKind.Stack => -_address.Offset,
        _ => null,
    };

    // Bytes an element: the last shift or product by a constant before the index is added.
    long Scale()
    {
        for (int i = _rejection.Path.Length - 1; i >= 0; i--)
        {
            Instruction instruction = _request.Program.Instructions[_rejection.Path[i].Slot];
            if (instruction.Class is not (Opcode.Alu or Opcode.Alu64) || instruction.UsesSourceRegister)
                continue;
            if (instruction.Operation == Opcode.Lsh && instruction.Immediate is > 0 and < 16)
                return 1L << instruction.Immediate;
            if (instruction.Operation == Opcode.Mul && instruction.Immediate > 0)
                return instruction.Immediate;
            if (instruction.Operation is Opcode.And or Opcode.Rsh)
                break;
        }

        return 1;
    }

    string? SignTest()
    {
        RegisterState number = _instruction.UsesSourceRegister ? _state.Frame.R[(int)_instruction.Source] : default;
        if (!number.IsScalar || number.Range.SMin >= 0)
            return null;
        string index = IndexOf(_rejection.SourceText) ?? "the number";
        return $"make {Quoted(index)} unsigned, or test it before {Here}: 'if ({index} < 0) {Leave}'; it may be {number.Range}";
    }

    string? PacketTest()
    {
        if (_address.Kind is not (RegisterKind.Packet or RegisterKind.PacketMeta) || _instruction.IsCall || _address.Range.SMin < 0)
            return null;
        string end = _address.Kind == RegisterKind.Packet ? FieldVariable("data_end") : FieldVariable("data");
        RejectionStep? check = _rejection.Path.LastOrDefault(step => step.IsTaken is not null && step.Source.Length != 0);
        if (!_address.IsFixed)
        {
            RejectionStep? moved = _rejection.Path.LastOrDefault(step => VariableOf(step.SourceText) is not null);
            string name = moved is null ? "the address" : $"(void *){VariableOf(moved.SourceText)}";
            return Invariant($"compare the moved address with the end before {Here}: 'if ({name} + {_instruction.Offset + _instruction.AccessSize} > {end}) {Leave}'; what was compared before it was moved does not count");
        }

        string start = _address.Kind == RegisterKind.Packet ? FieldVariable("data") : FieldVariable("data_meta");
        long needed = _address.Offset + (long)_instruction.Offset + _instruction.AccessSize;
        string have = _address.Size != 0 && check is not null ? Invariant($"; '{check.SourceText}' at {check.Source} covers {_address.Size} bytes, {needed} are needed") : "";
        return Invariant($"add before {Here}: 'if ({start} + {needed} > {end}) {Leave}'{have}");
    }

    string? SizeTest()
    {
        int register = -1;
        for (int i = 2; i <= 5 && register < 0; i++)
        {
            if (_state.Frame.R[i].IsScalar && _state.Frame.R[i - 1].Kind is RegisterKind.Stack or RegisterKind.MapValue or RegisterKind.Memory)
                register = i;
        }

        if (register < 0 || !_state.Frame.R[register - 1].IsFixed)
            return null;
        RegisterState memory = _state.Frame.R[register - 1];
        long most = memory.Kind switch
        {
            RegisterKind.Stack => -memory.Offset,
            RegisterKind.MapValue => _request.Maps[memory.Index].ValueSize - memory.Offset,
            _ => memory.Size - memory.Offset,
        };
        RejectionStep? origin = _rejection.Path.LastOrDefault(step => VariableOf(step.SourceText) is not null);
        string name = origin is null ? "size" : VariableOf(origin.SourceText)!;
        string zero = _rejection.Reason.Contains("may be zero", StringComparison.Ordinal) ? $"{name} == 0 || " : "";
        return Invariant($"test the size before {Here}: 'if ({zero}{name} > {most}) {Leave}', with an unsigned '{name}'; {most} bytes are there at most");
    }

    // The variable that holds a field of the context, by the line that loads it.
    string FieldVariable(string field)
    {
        foreach (LineInfo line in _request.Program.Lines)
        {
            if (line.Text.TrimEnd().EndsWith($"->{field};", StringComparison.Ordinal) && VariableOf(line.Text) is string name)
                return name;
        }

        return field;
    }

    static string Place(RejectionStep step) => step.Source.Length != 0 ? step.Source : Invariant($"insn {step.Slot}");

    static string Quoted(string index) => index.StartsWith("the ", StringComparison.Ordinal) ? index : $"'{index}'";

    static string Nested(string index) => index.Contains(' ', StringComparison.Ordinal) && !index.StartsWith("the ", StringComparison.Ordinal) ? $"({index})" : index;

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // The variable that a line of C assigns: 'count' of 'u64 *count = ...;'.
    static string? VariableOf(string line) => Assignment().Match(line) is { Success: true } match ? match.Groups[1].Value : null;

    // The last index of a line of C: 'i & 7' of 'seen[i & 7] = 1;'.
    static string? IndexOf(string line) => Index().Matches(line) is { Count: 1 } matches ? matches[0].Groups[1].Value.Trim() : null;

    [GeneratedRegex(@"^\s*(?:[A-Za-z_][\w\s\*]*[\s\*])?([A-Za-z_]\w*)\s*=[^=]")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\[([^\[\]]+)\]")]
    private static partial Regex Index();
}
