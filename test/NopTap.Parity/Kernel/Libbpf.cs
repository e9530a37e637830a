// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using System.Text;

namespace NopTap.Parity.Kernel;

/// <summary>The functions of libbpf that it takes to have the kernel verify one program of an object.</summary>
static unsafe partial class Libbpf
{
    const string Library = "libbpf.so.1";

    /// <summary><c>struct bpf_prog_load_opts</c> as far as every libbpf 1 has it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct LoadOptions
    {
        public nuint Size;
        public int Attempts;
        public int ExpectedAttachType;
        public uint BtfDescriptor;
        public uint ProgramFlags;
        public uint Device;
        public uint KernelVersion;
        public uint AttachBtfId;
        public uint AttachProgram;
        public uint AttachBtfObject;
        public int* Descriptors;
        public void* FunctionInfo;
        public uint FunctionCount;
        public uint FunctionSize;
        public void* LineInfo;
        public uint LineCount;
        public uint LineSize;
        public uint LogLevel;
        public uint LogSize;
        public byte* Log;
    }

    /// <summary><c>struct libbpf_prog_handler_opts</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct HandlerOptions
    {
        public nuint Size;
        public nint Cookie;
        public nint Setup;
        public delegate* unmanaged[Cdecl]<nint, LoadOptions*, nint, int> PrepareLoad;
        public nint Attach;
    }

    /// <summary>Why libbpf cannot be called, or null when it can.</summary>
    public static string? Unavailable { get; } = Probe();

    static string? Probe()
    {
        if (!NativeLibrary.TryLoad(Library, out nint _))
            return $"{Library} is not installed";
        _ = libbpf_set_print(&Print);
        // libbpf before 1.3 keeps a freed table when its last handler goes; this one stays.
        var none = new HandlerOptions { Size = (nuint)sizeof(HandlerOptions) };
        _ = libbpf_register_prog_handler("noptap-parity", 0, 0, &none);
        return null;
    }

    /// <summary>What libbpf complained of since this was last set.</summary>
    [ThreadStatic]
    internal static StringBuilder? Complaints;

    // The last argument is a va_list, which on x86-64 is passed as a pointer.
    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    static int Print(int level, byte* format, nint arguments)
    {
        const int Warning = 0;
        const int Limit = 1024;
        if (level != Warning || Complaints is null)
            return 0;
        byte* text = stackalloc byte[Limit];
        int length = vsnprintf(text, Limit, format, arguments);
        Complaints.Append(Encoding.UTF8.GetString(text, Math.Clamp(length, 0, Limit - 1)));
        return length;
    }

    [LibraryImport(Library)]
    private static partial nint libbpf_set_print(delegate* unmanaged[Cdecl]<int, byte*, nint, int> print);

    [LibraryImport("libc")]
    private static partial int vsnprintf(byte* text, nuint size, byte* format, nint arguments);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint bpf_object__open_file(string path, nint options);

    [LibraryImport(Library)]
    internal static partial int bpf_object__load(nint file);

    [LibraryImport(Library)]
    internal static partial void bpf_object__close(nint file);

    [LibraryImport(Library)]
    internal static partial nint bpf_object__next_program(nint file, nint program);

    [LibraryImport(Library)]
    internal static partial nint bpf_object__next_map(nint file, nint map);

    [LibraryImport(Library)]
    internal static partial byte* bpf_program__name(nint program);

    [LibraryImport(Library)]
    internal static partial byte* bpf_program__section_name(nint program);

    [LibraryImport(Library)]
    internal static partial int bpf_program__type(nint program);

    [LibraryImport(Library)]
    internal static partial int bpf_program__expected_attach_type(nint program);

    [LibraryImport(Library)]
    internal static partial void* bpf_program__insns(nint program);

    [LibraryImport(Library)]
    internal static partial nuint bpf_program__insn_cnt(nint program);

    [LibraryImport(Library)]
    internal static partial int bpf_program__set_autoload(nint program, [MarshalAs(UnmanagedType.U1)] bool load);

    [LibraryImport(Library)]
    internal static partial uint bpf_map__type(nint map);

    [LibraryImport(Library)]
    internal static partial uint bpf_map__max_entries(nint map);

    [LibraryImport(Library)]
    internal static partial int bpf_map__set_max_entries(nint map, uint entries);

    [LibraryImport(Library)]
    internal static partial int bpf_map__set_pin_path(nint map, byte* path);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int libbpf_register_prog_handler(string section, int programType, int attachType, HandlerOptions* options);

    [LibraryImport(Library)]
    internal static partial int libbpf_unregister_prog_handler(int handler);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_prog_load(int type, byte* name, string license, void* instructions, nuint count, LoadOptions* options);

    [LibraryImport("libc")]
    internal static partial int close(int descriptor);
}
