// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Parity.Kernel;
using NopTap.Parity.Ours;

namespace NopTap.Parity.Suite;

/// <summary>One program of the kernel's tests, however it was written down.</summary>
abstract class SuiteCase
{
    /// <summary>File or table that holds it.</summary>
    public abstract string File { get; }

    /// <summary>Its name.</summary>
    public abstract string Name { get; }

    /// <summary>Its type.</summary>
    public abstract ProgramType Type { get; }

    /// <summary>Runs that the test wants.</summary>
    public abstract IReadOnlyList<SuiteRun> Runs { get; }

    /// <summary>This library's verdict.</summary>
    public abstract OurAnswer AskOurs();

    /// <summary>The kernel's verdict, and the results of its runs in order; fewer when one was refused.</summary>
    public abstract (KernelAnswer Answer, List<uint> Results) AskKernel();

    /// <summary>The object to load: the program and what it needs.</summary>
    public abstract BpfObjectSpec Spec { get; }

    /// <summary>Makes maps hold what the test puts there.</summary>
    public virtual void Fill(BpfObject loaded)
    {
    }

    /// <summary>Why the verdicts cannot be compared, or null.</summary>
    public string? NotComparable => Type == ProgramType.Tracing ? "tracing programs observe functions of the kernel there, probes here" : null;

    /// <summary>A packet as the kernel's test run shows it: all but tc programs begin behind the Ethernet header of a socket buffer.</summary>
    public ReadOnlySpan<byte> Shown(byte[] data)
    {
        const int EthernetHeader = 14;
        return Type is ProgramType.SocketFilter or ProgramType.CgroupSkb ? data.AsSpan(EthernetHeader) : data;
    }
}
