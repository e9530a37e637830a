// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Threads;

namespace NopTap.Helpers;

/// <summary>Helpers that write text.</summary>
internal static unsafe class TextHelpers
{
    const int MaximumFormat = 4096;

    // Longest text that a subscriber is shown.
    const int MaximumText = 1023;

    /// <summary>Prints three values to the subscriber of the runtime; returns the length of the text.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong TracePrintk(ulong format, ulong size, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return Print(format, size, [r3, r4, r5], thread);
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Prints the values of an array to the subscriber of the runtime; returns the length of the text.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong TraceVprintk(ulong format, ulong size, ulong data, ulong dataSize, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return AreValues(data, (uint)dataSize) ? Print(format, size, new((void*)data, (int)(uint)dataSize / sizeof(ulong)), thread) : Faults.Error(Errno.EINVAL);
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Formats into a buffer; returns the bytes that the whole text and its NUL need.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Snprintf(ulong buffer, ulong size, ulong format, ulong data, ulong dataSize, ThreadBlock* thread)
    {
        try
        {
            uint length = (uint)dataSize;
            if (!AreValues(data, length))
                return Faults.Error(Errno.EINVAL);
            int formatLength = ReadableRegions.StringLength(thread, format, MaximumFormat, (ulong)&length);
            if (formatLength is < 0 or MaximumFormat)
                return Faults.Error(Errno.EINVAL);
            var text = new ReadOnlySpan<byte>((void*)format, formatLength);
            var values = new PrintValues(stackalloc byte[PrintValues.StoreSize], stackalloc PrintValue[PrintValues.MaximumCount]);
            Errno error = values.Take(text, new((void*)data, (int)length / sizeof(ulong)), thread, (ulong)&length);
            return error == Errno.None ? Format(new Span<byte>((void*)buffer, (int)Math.Min((uint)size, int.MaxValue)), text, values) : Faults.Error(error);
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    static bool AreValues(ulong data, uint length) =>
        length % sizeof(ulong) == 0 && length <= PrintValues.MaximumCount * sizeof(ulong) && (length == 0 || data != 0);

    static ulong Format(Span<byte> buffer, ReadOnlySpan<byte> format, in PrintValues values)
    {
        var sink = new TextSink(buffer.IsEmpty ? buffer : buffer[..^1]);
        BpfFormat.Write(ref sink, format, values);
        if (!buffer.IsEmpty)
            buffer[sink.Kept.Length] = 0;
        return (ulong)sink.Length + 1;
    }

    static ulong Print(ulong format, ulong size, ReadOnlySpan<ulong> given, ThreadBlock* thread)
    {
        var bytes = new ReadOnlySpan<byte>((void*)format, (int)Math.Min((uint)size, MaximumFormat));
        int end = bytes.IndexOf((byte)0);
        if (end < 0)
            return Faults.Error(Errno.EINVAL);
        var values = new PrintValues(stackalloc byte[PrintValues.StoreSize], stackalloc PrintValue[PrintValues.MaximumCount]);
        Errno error = values.Take(bytes[..end], given, thread, (ulong)&end);
        if (error != Errno.None)
            return Faults.Error(error);
        var sink = new TextSink(stackalloc byte[MaximumText]);
        BpfFormat.Write(ref sink, bytes[..end], values);
        Deliver(sink.Kept, thread);
        return (ulong)sink.Length;
    }

    static void Deliver(ReadOnlySpan<byte> text, ThreadBlock* thread)
    {
        if (IHelperHost.Of(thread) is not { } host)
            return;
        StackGuard.Check(thread);
        ReadOnlySpan<byte> shown = text.EndsWith("\n"u8) ? text[..^1] : text;
        host.Print(new TraceMessage(host.Name, host.Id, thread->Processor, (long)Clock.Monotonic, Encoding.UTF8.GetString(shown)));
    }
}
