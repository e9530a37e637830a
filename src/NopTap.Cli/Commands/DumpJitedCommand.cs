// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NopTap.Cli.Listings;
using NopTap.Cli.Output;
using NopTap.Cli.Running;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit;

namespace NopTap.Cli.Commands;

/// <summary><c>noptap prog dump jited</c>: machine code, with the lines of C that it comes from.</summary>
static class DumpJitedCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> file = RunArguments.MakeObject();
        Argument<string[]> words = DumpWords.MakeArgument();
        Option<string?> type = RunArguments.MakeType();
        var command = new Command("jited", "Print machine code, with lines of source; probe sites are marked.") { file, words, type };
        Invocation.Handle(command, terminal, call =>
        {
            DumpWords wanted = DumpWords.Of(call.Get(words));
            ObjectFile opened = ObjectFile.Open(call.Required(file), call.Get(type), wanted.Program);
            ProgramSpec[] programs = [.. Choices.Programs(opened.Spec, wanted.Program)];
            using Session session = Session.Load(opened, new BpfRuntimeOptions { Engine = BpfEngine.Auto });
            BpfProgram[] compiled = [.. programs.Select(program => Compiled(session, program, wanted.Program is not null)).OfType<BpfProgram>()];
            if (call.IsJson)
                call.WriteJson(JsonOutput.ArrayOf(compiled, Json));
            else
                call.Terminal.Out.Write(string.Join("\n", compiled.Select(program => Plain(program, wanted))));
            return Tool.Success;
        });
        return command;
    }

    // Null for a program without code that nobody asked for by name.
    static BpfProgram? Compiled(Session session, ProgramSpec spec, bool isNamed)
    {
        BpfProgram? program = session.Object.Programs.TryGet(spec.Name, out BpfProgram? loaded) ? loaded : null;
        if (program is { IsBound: true, CompiledCode: not null })
            return program;
        bool hasCompiler = session.Runtime.Engine == BpfEngine.Compiler;
        if (hasCompiler && !isNamed)
            return null;
        if (program?.NotRunnable is { } why)
            throw new BpfOperationException(why);
        throw new BpfOperationException(CliDiagnostics.NoMachineCode.At(
            new DiagnosticPlace { File = session.File.Spec.Name, Program = spec.Name, Section = spec.SectionName },
            hasCompiler ? "an observer is compiled when it is attached, against its target's types" : "the compiler does not run on this machine",
            "prog dump xlated shows its BPF instructions"));
    }

    static string Plain(BpfProgram program, DumpWords wanted)
    {
        var marks = new SiteMarks(program.Spec);
        var text = new StringBuilder();
        LineInfo? shown = null;
        byte[] code = program.ReadCode();
        foreach (MachineLine line in MachineText.Disassemble(program.CompiledCode!, code))
        {
            if (line.Function >= 0)
                text.Append(CultureInfo.InvariantCulture, $"{program.Spec.Functions[line.Function].Name}: 0x{line.Address:x}\n");
            LineInfo? source = line.Slot < 0 ? null : program.Spec.LineAt(line.Slot);
            if (source is not null && source != shown)
                text.Append(SourceText.Comment(source, wanted.HasPlaces)).Append('\n');
            shown = source ?? shown;
            string mark = line.Slot >= 0 && marks.At(line.Slot) is { } found ? "  " + found : "";
            text.Append(CultureInfo.InvariantCulture, $"{line.Offset,5:x}:  {line.Text}{mark}\n");
            if (wanted.HasBytes)
                text.Append("        ").Append(Values.BtfValue.Hex(code.AsSpan(line.Offset, line.Length))).Append('\n');
        }

        return text.ToString();
    }

    static JsonObject Json(BpfProgram program)
    {
        var marks = new SiteMarks(program.Spec);
        byte[] code = program.ReadCode();
        var instructions = new JsonArray();
        foreach (MachineLine line in MachineText.Disassemble(program.CompiledCode!, code))
        {
            var json = new JsonObject
            {
                ["pc"] = $"0x{line.Offset:x}",
                ["operation"] = line.Text,
                ["opcodes"] = Values.BtfValue.Hex(code.AsSpan(line.Offset, line.Length)),
            };
            if (line.Slot >= 0)
            {
                json["insn"] = line.Slot;
                if (program.Spec.LineAt(line.Slot) is { } source)
                    json["src"] = source.Text.Trim();
                if (marks.At(line.Slot) is { } mark)
                    json["probe"] = mark.TrimStart('<', '-', ' ');
            }

            instructions.Add((JsonNode)json);
        }

        return new JsonObject { ["name"] = program.Name, ["insns"] = instructions };
    }
}
