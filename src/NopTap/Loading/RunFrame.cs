// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using NopTap.Helpers;
using NopTap.Isa;

namespace NopTap.Loading;

/// <summary>What <c>ThreadBlock.RunFrame</c> points at while a program runs: a handle of the program, as <see cref="IHelperHost"/> wants it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RunFrame
{
    nint _handle;

    internal static RunFrame* Allocate(BpfProgram program)
    {
        var frame = (RunFrame*)NativeMemory.Alloc((nuint)sizeof(RunFrame));
        frame->_handle = GCHandle.ToIntPtr(GCHandle.Alloc(program, GCHandleType.Weak));
        LiveResources.Add(LiveResource.RunFrame, (nint)frame);
        return frame;
    }

    internal static void Free(RunFrame* frame)
    {
        LiveResources.Remove(LiveResource.RunFrame, (nint)frame);
        GCHandle.FromIntPtr(frame->_handle).Free();
        NativeMemory.Free(frame);
    }
}
