// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using NopTap.Isa;
using NopTap.Jit.Native;

namespace NopTap.Jit;

/// <summary>The mappings behind a <see cref="CodeMemory"/>: two views of one memory file, and a page of its own for the fallback of core synchronisation.</summary>
readonly unsafe record struct CodeMapping(nint Executable, nint Writable, nint SyncPage)
{
    internal static CodeMapping Make(nuint length, CodeMemoryFaults faults)
    {
        int file = MakeFile(faults);
        nint executable = 0, writable = 0;
        bool isComplete = false;
        try
        {
            if (Libc.ftruncate(file, (long)length) != 0)
                throw Refused("ftruncate", $"{length} bytes");
            executable = Map(length, Libc.PROT_READ | Libc.PROT_EXEC, Libc.MAP_SHARED | Libc.MAP_NORESERVE, file);
            writable = Map(length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED | Libc.MAP_NORESERVE, file);
            int anonymous = (faults & CodeMemoryFaults.SyncPage) != 0 ? 0 : Libc.MAP_ANONYMOUS;
            nint page = Map((nuint)Environment.SystemPageSize, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | anonymous, -1);
            isComplete = true;
            return new CodeMapping(executable, writable, page);
        }
        finally
        {
            // The mappings keep the memory.
            _ = Libc.close(file);
            if (!isComplete)
            {
                UnmapIfMade(executable, length);
                UnmapIfMade(writable, length);
            }
        }
    }

    static void UnmapIfMade(nint address, nuint length)
    {
        if (address != 0)
            _ = Libc.munmap(address, length);
    }

    internal static bool Unmap(CodeMapping mapping, nuint length) =>
        (Libc.munmap(mapping.Executable, length) | Libc.munmap(mapping.Writable, length)
            | Libc.munmap(mapping.SyncPage, (nuint)Environment.SystemPageSize)) == 0;

    static int MakeFile(CodeMemoryFaults faults)
    {
        ReadOnlySpan<byte> name = "noptap-code\0"u8;
        fixed (byte* pointer = name)
        {
            // SAFETY: the kernel copies the zero-terminated name before it returns.
            // Systems that set vm.memfd_noexec=2 refuse files without the seal (which forbids execve, not mapping); kernels before 6.3 do
            // not know it.
            uint wrong = (faults & CodeMemoryFaults.Memfd) != 0 ? 0x8000_0000u : 0;
            int file = Libc.memfd_create(pointer, Libc.MFD_CLOEXEC | Libc.MFD_NOEXEC_SEAL | wrong);
            if (file < 0 && Marshal.GetLastPInvokeError() == Libc.EINVAL)
                file = Libc.memfd_create(pointer, Libc.MFD_CLOEXEC | wrong);
            return file >= 0 ? file : throw Refused("memfd_create", "the memory file for machine code");
        }
    }

    static nint Map(nuint length, int protection, int flags, int file)
    {
        nint address = Libc.mmap(0, length, protection, flags, file, 0);
        if (address == Libc.MAP_FAILED)
            throw Refused("mmap", $"{length} bytes with protection {protection}");
        // A child that is forked would share the file, and what it patches would change this process's code.
        _ = Libc.madvise(address, length, Libc.MADV_DONTFORK);
        return address;
    }

    static FeatureNotSupportedException Refused(string call, string what)
    {
        int error = Marshal.GetLastPInvokeError();
        return new FeatureNotSupportedException(JitDiagnostics.CodeMemoryRefused.At(
            default,
            $"{call} of {what} is refused with error {error}",
            "allow memfd_create and executable mappings (seccomp, SELinux execmem, ulimit -v), or run programs with the interpreter"));
    }
}
