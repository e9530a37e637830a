// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using NopTap.TestKit.Kernel;

namespace NopTap.Parity.Kernel;

/// <summary>Has the kernel verify programs of an object, each alone, by libbpf: its maps, its relocations, its type information.</summary>
/// <remarks>
/// libbpf prepares everything and, right before PROG_LOAD, calls a handler that this class registers for the program's section. The
/// handler loads the program as often as it wants, then ends libbpf's own attempt. So times are those of PROG_LOAD alone.
/// </remarks>
static unsafe class KernelObject
{
    const int Done = -125; // ECANCELED: libbpf need not load it again
    const int StatisticsOnly = 4;
    const int LogSize = 1 << 20;
    const uint XdpHasFrags = 1 << 5;
    const uint Sleepable = 1 << 4;

    /// <summary>Programs of an object.</summary>
    /// <param name="path">The object.</param>
    /// <param name="complaint">Why libbpf does not open it.</param>
    /// <returns>Null when libbpf does not open it.</returns>
    public static List<KernelProgram>? List(string path, out string complaint)
    {
        Libbpf.Complaints = new StringBuilder();
        nint file = Libbpf.bpf_object__open_file(path, 0);
        complaint = LastLine(Libbpf.Complaints);
        if (file == 0)
            return null;
        var programs = new List<KernelProgram>();
        for (nint program = 0; (program = Libbpf.bpf_object__next_program(file, program)) != 0;)
        {
            programs.Add(new KernelProgram(
                Text(Libbpf.bpf_program__name(program)), Text(Libbpf.bpf_program__section_name(program)),
                Libbpf.bpf_program__type(program), Libbpf.bpf_program__expected_attach_type(program)));
        }

        Libbpf.bpf_object__close(file);
        return programs;
    }

    /// <summary>Asks for the verdict on one program.</summary>
    /// <param name="path">The object.</param>
    /// <param name="program">One of its programs, with the type and attach type to load it with.</param>
    /// <param name="license">Licence of the object.</param>
    /// <param name="rounds">How often it is loaded and timed beyond the verdict.</param>
    /// <param name="beforeEach">Called before each of them.</param>
    /// <param name="whenLoaded">Called with the descriptor of an accepted program, which is closed afterwards.</param>
    public static KernelAnswer Ask(
        string path, KernelProgram program, string license, int rounds = 0, Action? beforeEach = null, Action<int>? whenLoaded = null)
    {
        var question = new Question(program, license, rounds, beforeEach, whenLoaded);
        Libbpf.Complaints = new StringBuilder();
        var handle = GCHandle.Alloc(question);
        var options = new Libbpf.HandlerOptions { Size = (nuint)sizeof(Libbpf.HandlerOptions), Cookie = GCHandle.ToIntPtr(handle), PrepareLoad = &Prepare };
        int handler = Libbpf.libbpf_register_prog_handler(program.Section.TrimStart('?'), program.Type, program.AttachType, &options);
        try
        {
            nint file = Libbpf.bpf_object__open_file(path, 0);
            if (file != 0)
            {
                SelectOnly(file, program.Name);
                FixMaps(file);
                _ = Libbpf.bpf_object__load(file);
                Libbpf.bpf_object__close(file);
            }
        }
        finally
        {
            _ = Libbpf.libbpf_unregister_prog_handler(handler);
            handle.Free();
        }

        return question.Answer ?? new KernelAnswer(KernelOutcome.NotReached, LastLine(Libbpf.Complaints), 0, [], []);
    }

    static void SelectOnly(nint file, string name)
    {
        bool isFound = false;
        for (nint program = 0; (program = Libbpf.bpf_object__next_program(file, program)) != 0;)
        {
            bool isSelected = !isFound && Text(Libbpf.bpf_program__name(program)) == name;
            isFound |= isSelected;
            _ = Libbpf.bpf_program__set_autoload(program, isSelected);
        }
    }

    // Nothing is pinned; capacities that the program's loader would have set are the least.
    static void FixMaps(nint file)
    {
        for (nint map = 0; (map = Libbpf.bpf_object__next_map(file, map)) != 0;)
        {
            _ = Libbpf.bpf_map__set_pin_path(map, null);
            uint capacity = MapRules.DefaultCapacity(Libbpf.bpf_map__type(map));
            if (Libbpf.bpf_map__max_entries(map) == 0 && capacity != 0)
                _ = Libbpf.bpf_map__set_max_entries(map, capacity);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int Prepare(nint program, Libbpf.LoadOptions* options, nint cookie)
    {
        var question = (Question)GCHandle.FromIntPtr(cookie).Target!;
        if (Text(Libbpf.bpf_program__name(program)) == question.Program.Name)
            question.Answer = Load(program, options, question);
        return Done;
    }

    static KernelAnswer Load(nint program, Libbpf.LoadOptions* options, Question question)
    {
        if (UnaskedPrograms.WhyNot(new ReadOnlySpan<Isa.Instruction>(Libbpf.bpf_program__insns(program), (int)Libbpf.bpf_program__insn_cnt(program))) is string unasked)
            return new KernelAnswer(KernelOutcome.NotReached, unasked, 0, [], []);
        string section = question.Program.Section;
        if (section.Contains("xdp.frags", StringComparison.Ordinal))
            options->ProgramFlags |= XdpHasFrags;
        if (section.Contains(".s/", StringComparison.Ordinal) || section.EndsWith(".s", StringComparison.Ordinal))
            options->ProgramFlags |= Sleepable;
        byte[] log = new byte[LogSize];
        fixed (byte* text = log)
        {
            int errno = LoadOnce(program, options, question, text, out _, question.WhenLoaded);
            string said = Text(text);
            KernelLog parsed = KernelLog.Parse(said);
            var loads = new List<TimeSpan>();
            var verifications = new List<TimeSpan>();
            for (int round = 0; round < question.Rounds; round++)
            {
                question.BeforeEach?.Invoke();
                _ = LoadOnce(program, options, question, null, out TimeSpan load);
                loads.Add(load);
                _ = LoadOnce(program, options, question, text, out TimeSpan _);
                verifications.Add(KernelLog.Parse(Text(text)).Time);
            }

            string reason = errno == 0 ? "" : parsed.Reason.Length != 0 ? parsed.Reason : $"errno {errno}";
            return new KernelAnswer(errno == 0 ? KernelOutcome.Accepted : KernelOutcome.Refused, reason, parsed.Processed, [.. loads], [.. verifications]);
        }
    }

    static int LoadOnce(nint program, Libbpf.LoadOptions* options, Question question, byte* log, out TimeSpan time, Action<int>? whenLoaded = null)
    {
        Libbpf.LoadOptions mine = *options;
        mine.Size = (nuint)sizeof(Libbpf.LoadOptions);
        mine.LogLevel = log == null ? 0u : StatisticsOnly;
        mine.LogSize = log == null ? 0u : LogSize;
        mine.Log = log;
        if (log != null)
            *log = 0;
        void* instructions = Libbpf.bpf_program__insns(program);
        nuint count = Libbpf.bpf_program__insn_cnt(program);
        long start = Stopwatch.GetTimestamp();
        int descriptor = Libbpf.bpf_prog_load(
            question.Program.Type, Libbpf.bpf_program__name(program), question.License, instructions, count, &mine);
        time = Stopwatch.GetElapsedTime(start);
        if (descriptor >= 0)
        {
            whenLoaded?.Invoke(descriptor);
            _ = Libbpf.close(descriptor);
        }

        return descriptor < 0 ? -descriptor : 0;
    }

    static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    static string LastLine(StringBuilder complaints)
    {
        // What comes after the first complaint is what follows from it.
        string[] lines = complaints.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? "libbpf gives no reason" : lines[0].Trim();
    }

    sealed class Question(KernelProgram program, string license, int rounds, Action? beforeEach, Action<int>? whenLoaded)
    {
        public KernelProgram Program => program;

        public string License => license;

        public int Rounds => rounds;

        public Action? BeforeEach => beforeEach;

        public Action<int>? WhenLoaded => whenLoaded;

        public KernelAnswer? Answer { get; set; }
    }
}
