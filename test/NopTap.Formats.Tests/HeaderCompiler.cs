// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace NopTap.Formats.Tests;

/// <summary>
/// Compiles snippets against include/bpf_sdt.h with whatever clangs the machine has, and finds sections and symbols of the
/// result by itself: an object reader that is being tested cannot be its own witness.
/// </summary>
static class HeaderCompiler
{
    static readonly Lazy<string[]> s_clangs = new(() => [.. new[] { "clang-14", "clang-15", "clang-16", "clang-19" }.Where(Starts)]);

    /// <summary>The clangs of this machine, oldest first; the test is skipped when there is none.</summary>
    public static string[] Clangs()
    {
        if (s_clangs.Value.Length == 0)
            Assert.Skip("none of clang-14, -15, -16 and -19 is installed");
        return s_clangs.Value;
    }

    /// <summary>What clang says to <paramref name="body"/>: "" when it compiles without a word.</summary>
    public static string Messages(string clang, string body, string cpu = "v3", params string[] flags)
    {
        string output = Path.GetTempFileName();
        try
        {
            return Compile(clang, body, cpu, output, flags);
        }
        finally
        {
            File.Delete(output);
        }
    }

    /// <summary>The object that clang makes of <paramref name="body"/>, which must compile without a word.</summary>
    public static byte[] Object(string clang, string body, string cpu = "v3", params string[] flags)
    {
        string output = Path.GetTempFileName();
        try
        {
            string messages = Compile(clang, body, cpu, output, flags);
            Assert.True(messages.Length == 0, $"{clang}: {messages}");
            return File.ReadAllBytes(output);
        }
        finally
        {
            File.Delete(output);
        }
    }

    /// <summary>Bytes of the section <paramref name="name"/>; empty when the object has none.</summary>
    public static byte[] Section(byte[] elf, string name)
    {
        foreach ((string at, byte[] bytes) in Sections(elf))
        {
            if (at == name)
                return bytes;
        }

        return [];
    }

    /// <summary>Names of the symbols that begin with <paramref name="prefix"/>, in order of the symbol table.</summary>
    public static List<string> Symbols(byte[] elf, string prefix)
    {
        byte[] symbols = Section(elf, ".symtab");
        byte[] names = Section(elf, ".strtab");
        var found = new List<string>();
        for (int at = 0; at < symbols.Length; at += 24)
        {
            string name = Text(names, BinaryPrimitives.ReadInt32LittleEndian(symbols.AsSpan(at)));
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                found.Add(name);
        }

        return found;
    }

    static IEnumerable<(string Name, byte[] Bytes)> Sections(byte[] elf)
    {
        int table = BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(0x28));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(0x3c));
        int namesIndex = BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(0x3e));
        byte[] names = Bytes(elf, table + namesIndex * 64);
        for (int i = 1; i < count; i++)
        {
            int header = table + i * 64;
            yield return (Text(names, BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(header))), Bytes(elf, header));
        }
    }

    static byte[] Bytes(byte[] elf, int header)
    {
        const int NoBits = 8;
        if (BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(header + 4)) == NoBits)
            return [];
        int offset = (int)BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan(header + 0x18));
        int size = (int)BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan(header + 0x20));
        return elf[offset..(offset + size)];
    }

    static string Text(byte[] names, int at) => Encoding.UTF8.GetString(names, at, Array.IndexOf(names, (byte)0, at) - at);

    static string Compile(string clang, string body, string cpu, string output, string[] flags)
    {
        const string Prelude = """
            typedef unsigned char __u8; typedef unsigned short __u16; typedef unsigned int __u32; typedef unsigned long long __u64;
            typedef signed char __s8; typedef long long __s64;
            struct xdp_md { __u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex; };
            #define SEC(name) __attribute__((section(name), used))
            #define __noinline __attribute__((noinline))
            #define __always_inline inline __attribute__((always_inline))
            static __u64 (*clock)(void) = (void *)5;
            #include "bpf_sdt.h"

            """;
        var start = new ProcessStartInfo(clang)
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            "-O2", "-g", "-target", "bpf", $"-mcpu={cpu}", "-Wall", "-Wextra", "-Wno-unused-variable", "-fmacro-backtrace-limit=1",
            "-I", Path.Combine(FindRoot(), "include"), "-x", "c", "-c", "-", "-o", output, .. flags,
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{clang} did not start");
        Task<string> messages = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(Prelude + body);
        process.StandardInput.Close();
        process.WaitForExit();
        return messages.Result;
    }

    static bool Starts(string tool)
    {
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo(tool, "--version") { RedirectStandardOutput = true });
            process?.StandardOutput.ReadToEnd();
            process?.WaitForExit();
            return process?.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    static string FindRoot()
    {
        for (string? directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, "NopTap.slnx")))
                return directory;
        }

        throw new InvalidOperationException("the tests run outside the source tree: no NopTap.slnx above them");
    }
}
