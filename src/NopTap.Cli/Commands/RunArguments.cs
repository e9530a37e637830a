// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using NopTap.Cli.Running;

namespace NopTap.Cli.Commands;

/// <summary>What commands that run programs have in common.</summary>
sealed class RunArguments
{
    const string InterpreterName = "interpreter";

    /// <summary>The object.</summary>
    public Argument<string> Object { get; } = MakeObject();

    /// <summary>The program as an argument.</summary>
    public Argument<string?> Program { get; } = new("PROG")
    {
        Description = "Program; may be left out when only one takes packets.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The program as an option.</summary>
    public Option<string?> ProgramOption { get; } = new("--prog")
    {
        Description = "Program to run; may be left out when only one takes packets.",
        HelpName = "PROG",
    };

    /// <summary>The packets.</summary>
    public Option<string> Pcap { get; } = new("--pcap")
    {
        Description = "Capture with the packets (pcap, Ethernet).",
        HelpName = "FILE",
        Required = true,
    };

    /// <summary>The packets, where there may be none.</summary>
    public Option<string?> OptionalPcap { get; } = new("--pcap")
    {
        Description = "Run these packets first (pcap, Ethernet).",
        HelpName = "FILE",
    };

    /// <summary>Passes over the capture.</summary>
    public Option<int> Repeat { get; } = MakeRepeat();

    /// <summary>How far each run may go.</summary>
    public Option<long?> Rounds { get; } = MakeRounds();

    /// <summary>What executes.</summary>
    public Option<string> Engine { get; } = MakeEngine();

    /// <summary>An argument that names an object file.</summary>
    public static Argument<string> MakeObject() => new("OBJ") { Description = "Object file that clang built for BPF." };

    /// <summary>What kind of program it is.</summary>
    public Option<string?> Type { get; } = MakeType();

    /// <summary>An option that gives programs a type.</summary>
    public static Option<string?> MakeType()
    {
        var type = new Option<string?>("--type")
        {
            Description = "What a program is whose section does not tell: the one that is named, else all of those.",
            HelpName = "TYPE",
        };
        type.AcceptOnlyFromAmong(ProgramTypeNames.All);
        return type;
    }

    /// <summary>Loads the object that was named.</summary>
    /// <param name="call">The call.</param>
    /// <param name="program">The program that was named, or null.</param>
    public Session Load(Invocation call, string? program) => Session.Load(ObjectFile.Open(call.Required(Object), call.Get(Type), program), OptionsOf(call));

    BpfRuntimeOptions OptionsOf(Invocation call)
    {
        var options = new BpfRuntimeOptions { Engine = EngineOf(call) };
        return call.Get(Rounds) is long rounds ? options with { Rounds = rounds } : options;
    }

    BpfEngine EngineOf(Invocation call) => call.Get(Engine) switch
    {
        InterpreterName => BpfEngine.Interpreter,
        "jit" => BpfEngine.Compiler,
        _ => BpfEngine.Auto,
    };

    static Option<int> MakeRepeat()
    {
        var repeat = new Option<int>("--repeat")
        {
            Description = "Passes over the capture.",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        repeat.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out int times) || times < 1))
                result.AddError($"--repeat wants a number from 1 on, not '{result.Tokens[0].Value}'.");
        });
        return repeat;
    }

    static Option<long?> MakeRounds()
    {
        var rounds = new Option<long?>("--rounds")
        {
            Description = "Rounds of loops that a run may make before it is stopped; 2^28 when left out.",
            HelpName = "N",
        };
        rounds.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!long.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out long count) || count < 0))
                result.AddError($"--rounds wants a number from 0 on, not '{result.Tokens[0].Value}'.");
        });
        return rounds;
    }

    static Option<string> MakeEngine()
    {
        var engine = new Option<string>("--engine") { Description = "What executes the program; jit where it can run.", HelpName = "jit|interpreter" };
        engine.AcceptOnlyFromAmong("jit", InterpreterName);
        return engine;
    }
}
