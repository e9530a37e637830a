// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Text;
using NopTap.Formats;

namespace NopTap.Verifier.Tests;

/// <summary>Random programs in which an entry and two global functions call one another with arguments of every kind.</summary>
sealed class GlobalFunctionGenerator(int seed)
{
    const string Prologue = "r6 = r1\nr7 = *(u32 *)(r1 + 12)\nr7 &= 15\n*(u64 *)(r10 - 8) = 3\n*(u64 *)(r10 - 16) = 5\n";

    readonly Random _random = new(seed);
    readonly StringBuilder _text = new();
    readonly List<FunctionPrototype> _prototypes = [];
    int _label;

    public VerificationRequest Generate()
    {
        _prototypes.Add(Prototype());
        _prototypes.Add(Prototype());
        Entry();
        Function(0);
        Function(1);
        VerificationRequest request = Asm.Request(_text.ToString());
        ImmutableArray<FunctionSpec> functions = request.Program.Functions;
        for (int i = 0; i < 2; i++)
            functions = functions.SetItem(i + 1, functions[i + 1] with { IsGlobal = true, Prototype = _prototypes[i] });
        return request with { Program = request.Program with { Functions = functions } };
    }

    bool Chance(int percent) => _random.Next(100) < percent;

    int Pick(params ReadOnlySpan<int> values) => values[_random.Next(values.Length)];

    void Line(string line) => _text.Append(line).Append('\n');

    FunctionPrototype Prototype()
    {
        var parameters = ImmutableArray.CreateBuilder<FunctionParameter>();
        for (int count = _random.Next(1, 5); count > 0; count--)
        {
            FunctionParameterKind kind = (FunctionParameterKind)Pick((int)FunctionParameterKind.Number, (int)FunctionParameterKind.Context, (int)FunctionParameterKind.Memory, (int)FunctionParameterKind.Memory);
            bool memory = kind == FunctionParameterKind.Memory;
            parameters.Add(new FunctionParameter("p", "type", kind, memory ? Pick(1, 4, 8, 16) : 0, memory && Chance(50) ? ParameterTags.NonNull : ParameterTags.None));
        }

        return new FunctionPrototype("int", true, parameters.ToImmutable());
    }

    // r6 the context, r7 a small number, r8 an address in a map's value that may be null, r9 one in the packet.
    void Entry()
    {
        _text.Append(Prologue);
        Line("*(u64 *)(r10 - 24) = 1\nr1 = map[idx:1]\nr2 = r10\nr2 += -24\ncall map_lookup_elem\nr8 = r0");
        Line($"r9 = *(u32 *)(r6 + 0)\nr2 = *(u32 *)(r6 + 4)\nr3 = r9\nr3 += {Pick(8, 16, 28, 28)}\nif r3 > r2 goto out");
        if (Chance(75))
            Line("if r8 == 0 goto out");
        for (int calls = Chance(30) ? 2 : 1; calls > 0; calls--)
        {
            Call(0, entry: true);
            Use();
        }

        if (!_text.ToString().Contains("call fn_b", StringComparison.Ordinal))
            Call(1, entry: true);
        Line("out:\nr0 = 0\nexit");
    }

    void Call(int function, bool entry)
    {
        for (int i = 0; i < _prototypes[function].Parameters.Length; i++)
        {
            FunctionParameter parameter = _prototypes[function].Parameters[i];
            string register = $"r{i + 1}";
            if (Chance(1))
                continue;
            FunctionParameterKind kind = Chance(2) ? (FunctionParameterKind)Pick(0, 1, 2) : parameter.Kind;
            switch (kind)
            {
                case FunctionParameterKind.Number:
                    Line(Chance(60) ? $"{register} = r7" : $"{register} = {Pick(0, 1, 7, -1)}");
                    break;
                case FunctionParameterKind.Context:
                    Line($"{register} = r6");
                    if (Chance(3))
                        Line($"{register} += 4");
                    break;
                default:
                    Memory(register, entry, (int)parameter.Size);
                    break;
            }
        }

        Line($"call fn_{(char)('a' + function)}");
    }

    void Memory(string register, bool entry, int size)
    {
        switch (Chance(3) ? 8 : _random.Next(entry ? 8 : 4))
        {
            case 0 or 1 or 2:
                Line($"{register} = r10\n{register} += {(Chance(97) ? -Pick(size, 16, 24) : -Pick(4, 8))}");
                if (Chance(3))
                    Line($"{register} += r7");
                break;
            case 3:
                Line($"{register} = {(Chance(70) ? "map[idx:5][0]" : "0")}");
                break;
            case 4 or 5:
                Line($"{register} = r8");
                break;
            case 6 or 7:
                Line($"{register} = r9");
                if (Chance(20))
                    Line($"{register} += {Pick(1, 4, 12)}");
                break;
            default:
                Line($"{register} = map[idx:4][0]");
                break;
        }
    }

    // What the caller may and may not know after a call.
    void Use()
    {
        switch (Chance(3) ? 5 : _random.Next(6) switch { 5 => 6, int way => way })
        {
            case 0:
                Line($"{(Chance(90) ? "r0 &= 31\n" : "")}r1 = map[idx:5][0]\nr1 += r0\nr0 = *(u8 *)(r1 + 0)");
                break;
            case 1:
                Line($"r2 = *(u64 *)(r10 - {Pick(8, 16)})\nr1 = map[idx:5][0]\nr1 += r2\nr0 = *(u8 *)(r1 + {Pick(0, 20)})");
                break;
            case 2:
                Line("r0 = *(u8 *)(r9 + 7)");
                break;
            case 3:
                Line(Chance(60) ? "if r8 == 0 goto out\nr0 = *(u64 *)(r8 + 8)" : "r0 = *(u64 *)(r8 + 8)");
                break;
            case 4:
                Line("r1 = map[idx:5][0]\nr1 += r7\nr0 = *(u8 *)(r1 + 15)");
                break;
            case 5:
                Line("r0 = r3");
                break;
            default:
                Line("r0 = *(u32 *)(r6 + 12)");
                break;
        }
    }

    void Function(int index)
    {
        Line($"fn_{(char)('a' + index)}:");
        FunctionPrototype prototype = _prototypes[index];
        int saved = 0;
        int context = -1;
        for (int i = 0; i < prototype.Parameters.Length; i++)
        {
            if (prototype.Parameters[i].Kind == FunctionParameterKind.Context)
                context = i + 1;
        }

        Line(context < 0 ? "r6 = 0" : $"r6 = r{context}");
        Line("r7 = 2\n*(u64 *)(r10 - 8) = 3\n*(u64 *)(r10 - 16) = 5");
        for (int i = 0; i < prototype.Parameters.Length; i++)
        {
            if (Chance(70))
                Access(prototype.Parameters[i], $"r{i + 1}");
        }

        saved = _random.Next(1, prototype.Parameters.Length + 1);
        if (Chance(20))
            Line($"r8 = r{saved}");
        if (index == 0 && Chance(60))
            Call(1, entry: false);
        else if (context >= 0 && Chance(30))
            Line($"r1 = r6\nr2 = 4\ncall xdp_adjust_head");
        Line(Chance(92) ? $"r0 = {Pick(0, 1, 100)}\nexit" : "r0 = r6\nexit");
    }

    void Access(FunctionParameter parameter, string register)
    {
        string skip = $"skip{_label++}";
        switch (parameter.Kind)
        {
            case FunctionParameterKind.Number:
                if (Chance(92))
                    Line($"if {register} > {Pick(7, 7, 31, 31, 31, 40)} goto {skip}");
                Line($"r0 = map[idx:5][0]\nr0 += {register}\nr0 = *(u8 *)(r0 + 0)\n{skip}:");
                break;
            case FunctionParameterKind.Context:
                Line($"r0 = *(u32 *)({register} + {Pick(12, 16)})");
                break;
            default:
                if ((parameter.Tags & ParameterTags.NonNull) == 0 && Chance(85))
                    Line($"if {register} == 0 goto {skip}");
                int offset = Chance(90) ? _random.Next((int)parameter.Size) : (int)parameter.Size;
                Line(_random.Next(4) switch
                {
                    0 => $"*(u8 *)({register} + {offset}) = 9",
                    1 when parameter.Size >= 8 => $"r0 = *(u64 *)({register} + 0)",
                    2 when parameter.Size >= 8 => $"r0 = 1\nlock *(u64 *)({register} + 0) += r0",
                    _ => $"r0 = *(u8 *)({register} + {offset})",
                });
                Line($"{skip}:");
                break;
        }
    }
}
