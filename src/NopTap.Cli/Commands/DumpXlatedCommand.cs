// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NopTap.Cli.Listings;
using NopTap.Cli.Output;
using NopTap.Cli.Running;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Cli.Commands;

/// <summary><c>noptap prog dump xlated</c>: BPF instructions as they are executed, with the lines of C that they come from.</summary>
static class DumpXlatedCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> file = RunArguments.MakeObject();
        Argument<string[]> words = DumpWords.MakeArgument();
        Option<string?> type = RunArguments.MakeType();
        var command = new Command("xlated", "Print BPF instructions as executed, with lines of source; probe sites are marked.") { file, words, type };
        Invocation.Handle(command, terminal, call =>
        {
            DumpWords wanted = DumpWords.Of(call.Get(words));
            ObjectFile opened = ObjectFile.Open(call.Required(file), call.Get(type), wanted.Program);
            ProgramSpec[] programs = [.. Choices.Programs(opened.Spec, wanted.Program)];
            using Session session = Session.Load(opened, new BpfRuntimeOptions { Engine = BpfEngine.Interpreter });
            if (call.IsJson)
                call.WriteJson(JsonOutput.ArrayOf(programs, program => Json(session, program)));
            else
                call.Terminal.Out.Write(string.Join("\n", programs.Select(program => Plain(session, program, wanted))));
            return Tool.Success;
        });
        return command;
    }

    // An observer has no other form than the object's before it is attached.
    static ImmutableArray<Instruction> CodeOf(Session session, ProgramSpec program) =>
        session.Object.Programs.TryGet(program.Name, out BpfProgram? loaded) && loaded.IsBound ? loaded.Verified.Instructions : program.Instructions;

    static string Plain(Session session, ProgramSpec program, DumpWords wanted)
    {
        ImmutableArray<Instruction> code = CodeOf(session, program);
        var marks = new SiteMarks(program);
        var text = new StringBuilder();
        LineInfo? shown = null;
        Span<byte> slot = stackalloc byte[Instruction.Size];
        for (int index = 0; index < code.Length; index += code[index].SlotCount)
        {
            FunctionSpec function = program.FunctionAt(index);
            if (function.Start == index)
                text.Append(CultureInfo.InvariantCulture, $"{Prototype(program, function)}:\n");
            LineInfo? line = program.LineAt(index);
            if (line is not null && line != shown)
                text.Append(SourceText.Comment(line, wanted.HasPlaces)).Append('\n');
            shown = line;
            text.Append(CultureInfo.InvariantCulture, $"{index,4}: ");
            InstructionFormatter.Append(text, code.AsSpan(), index, InstructionDialect.Kernel);
            text.Append(marks.At(index) is { } mark ? "  " + mark : "").Append('\n');
            if (!wanted.HasBytes)
                continue;
            text.Append("      ");
            for (int i = 0; i < code[index].SlotCount; i++)
            {
                InstructionDecoder.Encode(code[index + i], slot);
                text.Append(i == 0 ? "" : " ").Append(Values.BtfValue.Hex(slot));
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    static string Prototype(ProgramSpec program, FunctionSpec function) =>
        function.BtfTypeId == 0 || program.Btf is null ? function.Name : program.Btf.Print(function.BtfTypeId);

    static JsonObject Json(Session session, ProgramSpec program)
    {
        ImmutableArray<Instruction> code = CodeOf(session, program);
        var marks = new SiteMarks(program);
        var instructions = new JsonArray();
        for (int index = 0; index < code.Length; index += code[index].SlotCount)
        {
            var json = new JsonObject
            {
                ["insn"] = index,
                ["function"] = program.FunctionAt(index).Name,
                ["disasm"] = InstructionFormatter.Format(code.AsSpan(), index),
            };
            if (program.LineAt(index) is { } line)
            {
                json["src"] = line.Text.Trim();
                json["file"] = line.File;
                json["line_num"] = line.Line;
                json["line_col"] = line.Column;
            }

            if (marks.At(index) is { } mark)
                json["probe"] = mark.TrimStart('<', '-', ' ');
            instructions.Add((JsonNode)json);
        }

        return new JsonObject { ["name"] = program.Name, ["insns"] = instructions };
    }
}
