// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.Isa;
using NopTap.Jit.Native;

namespace NopTap.Jit;

internal sealed unsafe partial class CodeMemory
{
    /// <summary>
    /// Whether <see cref="SynchronizeCores"/> has to do without membarrier(2), which the system refuses; it then costs some microseconds
    /// more. Hosts may want to log it once.
    /// </summary>
    public bool SynchronizationFallback => _barrier == 0;

    /// <summary>Reads the aligned 8 bytes of code at an address.</summary>
    /// <param name="address">A multiple of 8 in the region.</param>
    public ulong ReadWord(ulong address)
    {
        using Use use = Keep();
        return Volatile.Read(ref *WordAt(address));
    }

    /// <summary>
    /// Replaces 8 bytes of code while threads may run them: they see the old or the new, never a mixture. A site must lie inside the word
    /// (see <see cref="SitePatch"/>).
    /// </summary>
    /// <remarks>
    /// Other cores may run the old bytes until <see cref="SynchronizeCores"/> returns. Cross-modification by one aligned store: Intel SDM
    /// volume 3, section 9.1.3 asks for synchronisation, AMD APM volume 2, section 7.6.1 allows the store; both keep the word whole.
    /// </remarks>
    /// <param name="address">A multiple of 8 in the region.</param>
    /// <param name="expected">What must stand there.</param>
    /// <param name="value">What shall.</param>
    /// <exception cref="BpfOperationException">Something else stands there (EBUSY); nothing is changed.</exception>
    public void PatchWord(ulong address, ulong expected, ulong value)
    {
        using Use use = Keep();
        ulong found = Interlocked.CompareExchange(ref *WordAt(address), value, expected);
        if (found == expected)
            return;
        throw new BpfOperationException(JitDiagnostics.PatchConflict.At(
            default,
            $"code word at 0x{address:x} is 0x{found:x16} where 0x{expected:x16} was expected",
            "detach the observers that were attached by other means before attaching this one"));
    }

    /// <summary>Returns when every core that runs this process has seen all patches made before.</summary>
    public void SynchronizeCores()
    {
        if (_barrier == 0 || Libc.membarrier(Libc.SYS_membarrier, _barrier, 0, 0) != 0)
            InterruptCores();
    }

    static int RegisterBarrier(CodeMemoryFaults faults)
    {
        uint wrong = (faults & CodeMemoryFaults.Membarrier) != 0 ? ~0u : 0;
        int register = Libc.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE;
        return Libc.membarrier(Libc.SYS_membarrier, register, wrong, 0) == 0 ? Libc.MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE : 0;
    }

    // Taking write permission from a page that was just written makes the kernel interrupt every core that may hold its translation;
    // the return from the interrupt serialises the core (Intel SDM volume 3, section 9.3: IRET).
    void InterruptCores()
    {
        lock (_lock)
        {
            using Use use = Keep();

            // SAFETY: the page belongs to this object alone and is writable whenever the lock is free.
            *(byte*)_syncPage = 1;
            var size = (nuint)Environment.SystemPageSize;
            if (Libc.mprotect(_syncPage, size, Libc.PROT_READ) != 0 || Libc.mprotect(_syncPage, size, Libc.PROT_READ | Libc.PROT_WRITE) != 0)
                throw new UnreachableException("BUG: mprotect refuses to change a page of ours");
        }
    }

    ulong* WordAt(ulong address)
    {
        if ((address & 7) != 0 || !Contains(address))
            throw new ArgumentOutOfRangeException(nameof(address), $"0x{address:x} is no aligned word of the code region");

        // SAFETY: inside the writable mapping, which has the length of the region (a multiple of 8), and which the caller keeps.
        return (ulong*)((byte*)_writable + (address - BaseAddress));
    }
}
