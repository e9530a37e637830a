// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Links;
using NopTap.TestKit;
using NopTap.Threads;

namespace NopTap.Tests.Runtime;

/// <summary>Every sample object, cut off and with flipped bits, through the whole of loading. What loads is not run: nothing vouches for it.</summary>
public sealed class MutationTests
{
    const int Seed = 20260627;

    // So many that some are refused even where most bits are debug information.
    const int Tries = 72;

    public static TheoryData<string> Objects =>
    [
        .. Directory.EnumerateFiles(Repository.PathOf("samples"), "*.bpf.o", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.PathOf("test", "corpus", "objects"), "*.bpf.o"))
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Objects))]
    public void ATruncatedObjectIsRefusedOrLoaded(string path)
    {
        byte[] whole = File.ReadAllBytes(Repository.PathOf(path));
        var random = new Random(Seed);
        Check(path, () => whole[..random.Next(whole.Length)]);
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public void AnObjectWithFlippedBitsIsRefusedOrLoaded(string path)
    {
        byte[] whole = File.ReadAllBytes(Repository.PathOf(path));
        var random = new Random(Seed);
        Check(path, () =>
        {
            byte[] bytes = [.. whole];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            return bytes;
        });
    }

    public static TheoryData<string> Targets => [.. Objects.Select(row => row.Data).Where(path => !path.Contains("observers", StringComparison.Ordinal))];

    // One word of a program's code at a time: these pass the reader and reach verifier and compiler.
    [Theory]
    [MemberData(nameof(Targets))]
    public void AnObjectWithDamagedCodeIsRefusedOrLoaded(string path)
    {
        BpfObjectSpec whole = BpfObjectSpec.Load(Repository.PathOf(path));
        var random = new Random(Seed);
        Check(path, () => Damage(whole, random), (_, _) => { });
    }

    // Observers are built when they are attached; the target is not run.
    [Fact]
    public void ADamagedObserverIsRefusedOrAttached()
    {
        string path = Path.Combine("test", "corpus", "objects", "sdt_args_observers.bpf.o");
        BpfObjectSpec whole = BpfObjectSpec.Load(Repository.PathOf(path));
        var random = new Random(Seed);
        Check(path, () => Damage(whole, random), (runtime, observers) =>
        {
            using BpfObject target = runtime.LoadCorpus("sdt_args");
            foreach (string probe in (string[])["none", "one", "two", "three", "four", "five"])
                target.Probe(probe).Attach(observers.Programs["observe_" + probe], new LinkOptions());
        });
    }

    static BpfObjectSpec Damage(BpfObjectSpec whole, Random random) =>
        whole with { Programs = [.. whole.Programs.Select(program => Damage(program, random))] };

    static ProgramSpec Damage(ProgramSpec program, Random random)
    {
        int slot = random.Next(program.Instructions.Length);
        Instruction old = program.Instructions[slot];
        Instruction damaged = random.Next(5) switch
        {
            0 => new((byte)(old.Opcode ^ (1 << random.Next(8))), old.Destination, old.Source, old.Offset, old.Immediate),
            1 => new(old.Opcode, (Register)random.Next(16), old.Source, old.Offset, old.Immediate),
            2 => new(old.Opcode, old.Destination, (Register)random.Next(16), old.Offset, old.Immediate),
            3 => new(old.Opcode, old.Destination, old.Source, (short)(old.Offset ^ (1 << random.Next(16))), old.Immediate),
            _ => new(old.Opcode, old.Destination, old.Source, old.Offset, old.Immediate ^ (1 << random.Next(32))),
        };
        return program with { Instructions = program.Instructions.SetItem(slot, damaged) };
    }

    static void Check(string path, Func<byte[]> next) => Check(path, () => BpfObjectSpec.Load(next(), path), (_, _) => { });

    static void Check(string path, Func<BpfObjectSpec> next, Action<BpfRuntime, BpfObject> use)
    {
        using BpfRuntime compiler = Loaded.NewRuntime(BpfEngine.Compiler);
        using BpfRuntime interpreter = Loaded.NewRuntime(BpfEngine.Interpreter);
        Assert.True(Epochs.Synchronize());
        int slots = SlotTable.Leased;
        int refused = 0;
        int tried = 0;
        for (; tried < Tries; tried++)
        {
            try
            {
                BpfObjectSpec spec = next();
                using (BpfObject loaded = compiler.Load(spec))
                    use(compiler, loaded);
                using (BpfObject loaded = interpreter.Load(spec))
                    use(interpreter, loaded);
            }
            catch (BpfException refusal)
            {
                refused++;
                Assert.Matches("^BPF[1-4][0-9]{3}$", refusal.Diagnostic.Id);
                Assert.NotEmpty(refusal.Diagnostic.Message);
            }
            catch (Exception other) when (other is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{path}, mutant {tried}: {other}");
            }
        }

        foreach (BpfRuntime runtime in (BpfRuntime[])[compiler, interpreter])
        {
            // Pins outlive their objects.
            foreach (string name in runtime.PinnedMaps.Keys)
                runtime.Unpin(name);
            Loaded.AssertEmpty(runtime);
        }

        // Other tests lease slots too, but not hundreds at a time.
        Assert.InRange(SlotTable.Leased, 0, slots + 256);
        Assert.InRange(refused, 1, tried);
    }
}
