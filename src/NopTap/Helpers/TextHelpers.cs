// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Helpers;

/// <summary>Helpers that write text.</summary>
internal static unsafe class TextHelpers
{
    const int MaximumValues = 12;

    [ThreadStatic]
    static StringBuilder? t_text;

    /// <summary>Prints to the subscriber of the runtime; returns the length of the text.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong TracePrintk(ulong format, ulong size, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            var bytes = new ReadOnlySpan<byte>((void*)format, (int)Math.Min((uint)size, MaximumFormat));
            int end = bytes.IndexOf((byte)0);
            if (end < 0)
                return Faults.Error(Errno.EINVAL);
            StringBuilder text = Begin();
            Errno error = BpfFormat.Write(text, bytes[..end], [r3, r4, r5], thread, (ulong)&end);
            if (error != Errno.None)
                return Faults.Error(error);
            int length = Math.Min(text.Length, BpfFormat.MaximumText);
            Deliver(text, length, thread);
            return (ulong)length;
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
            if (length % 8 != 0 || length > MaximumValues * 8 || (length != 0 && data == 0))
                return Faults.Error(Errno.EINVAL);
            int formatLength = ReadableRegions.StringLength(thread, format, MaximumFormat, (ulong)&length);
            if (formatLength is < 0 or MaximumFormat)
                return Faults.Error(Errno.EINVAL);
            StringBuilder text = Begin();
            Errno error = BpfFormat.Write(
                text, new((void*)format, formatLength), new((void*)data, (int)length / 8), thread, (ulong)&length);
            if (error != Errno.None)
                return Faults.Error(error);
            return (ulong)CopyOut(text, new Span<byte>((void*)buffer, (int)Math.Min((uint)size, int.MaxValue))) + 1;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    const int MaximumFormat = 4096;

    static StringBuilder Begin() => (t_text ??= new StringBuilder(BpfFormat.MaximumText)).Clear();

    static void Deliver(StringBuilder text, int length, ThreadBlock* thread)
    {
        if (IHelperHost.Of(thread) is not { } host)
            return;
        int shown = length > 0 && text[length - 1] == '\n' ? length - 1 : length;
        host.Print(new TraceMessage(host.Name, host.Id, thread->Processor, (long)Clock.Monotonic, text.ToString(0, shown)));
    }

    /// <summary>Copies what fits and ends it with a NUL; gives the bytes of the whole text.</summary>
    static int CopyOut(StringBuilder text, Span<byte> buffer)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (buffer.IsEmpty)
            return bytes.Length;
        int fits = Math.Min(bytes.Length, buffer.Length - 1);
        bytes.AsSpan(0, fits).CopyTo(buffer);
        buffer[fits] = 0;
        return bytes.Length;
    }
}
