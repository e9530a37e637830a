// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Jit.Trampolines;

namespace NopTap.Trampolines;

/// <summary>A patchable NOP in machine code, turned into a CALL of a trampoline image.</summary>
/// <remarks>
/// An image never changes but for its gates. A swap is one aligned store at the site; the replaced image stays until no thread can be
/// inside it.
/// </remarks>
internal sealed class CompiledSite : ITrampolineSite
{
    readonly CodeMemory _memory;
    readonly TrampolineRequest _shape;
    readonly ulong _arming;
    readonly ulong _armed;
    readonly Dictionary<TrampolineNode, ObserverGate> _gates = [];
    CodeBlock? _image;

    CompiledSite(CodeMemory memory, ulong address, TrampolineRequest shape, ulong arming, ulong armed)
    {
        _memory = memory;
        Address = address;
        _shape = shape;
        _arming = arming;
        _armed = armed;
    }

    public ulong Address { get; }

    /// <summary>A probe site of a program.</summary>
    internal static CompiledSite OfProbe(ITracedProgram target, SiteCode site)
    {
        ulong code = target.CodeAddress;
        var shape = new TrampolineRequest { Kind = TrampolineKind.ProbeSite, Arguments = site.Arguments, Live = site.Live };
        ulong arming = site.ArmingOffset < 0 ? 0 : code + (ulong)site.ArmingOffset;
        return new CompiledSite(target.CodeMemory!, code + (ulong)site.Offset, shape, arming, code + (ulong)site.ArmedOffset);
    }

    /// <summary>The entry of a function of a program.</summary>
    internal static CompiledSite OfFunction(ITracedProgram target, FunctionCode function, FunctionModel model)
    {
        ulong address = target.CodeAddress + (ulong)function.EntrySiteOffset;
        var shape = new TrampolineRequest
        {
            Kind = TrampolineKind.FunctionEntry,
            Arguments = model.ArgRegs,
            Live = RegisterSet.Arguments,
            Body = address + SitePatch.Size,
        };
        return new CompiledSite(target.CodeMemory!, address, shape, 0, 0);
    }

    public Action? Install(IReadOnlyList<TrampolineNode> entry, IReadOnlyList<TrampolineNode> exit)
    {
        TrampolineImage image = TrampolineGenerator.Generate(_shape with
        {
            Observers = [.. entry.Select(node => node.ForTrampoline())],
            ExitObservers = [.. exit.Select(node => node.ForTrampoline())],
        });
        CodeBlock block = _memory.Allocate(image.Size);
        bool isInstalled = false;
        try
        {
            block.Write(image.PlaceAt(block.Address));
            PatchSite(block.Address);
            isInstalled = true;
        }
        finally
        {
            if (!isInstalled)
                block.Free();
        }

        CodeBlock? replaced = _image;
        _image = block;
        _gates.Clear();
        for (int i = 0; i < entry.Count; i++)
            _gates.Add(entry[i], image.Gates[i]);
        for (int i = 0; i < exit.Count; i++)
            _gates.Add(exit[i], image.ExitGates[i]);
        return replaced is null ? null : replaced.Free;
    }

    public void Open(TrampolineNode node) => PatchGate(_gates[node], isOpen: true);

    public void Close(TrampolineNode node)
    {
        if (_gates.Remove(node, out ObserverGate gate))
            PatchGate(gate, isOpen: false);
    }

    public Action? Clear()
    {
        ulong word = SitePatch.WordAddress(Address);
        ulong current = _memory.ReadWord(word);
        CodeBlock image = _image ?? throw new UnreachableException("BUG: nothing is installed");
        _memory.PatchWord(word, SitePatch.WithCall(Address, current, image.Address), SitePatch.WithNop(Address, current));
        _image = null;
        _gates.Clear();
        return image.Free;
    }

    public void Arm()
    {
        if (_arming == 0)
            return;

        // The CALL must be in place on every core before anyone can be led to it.
        _memory.SynchronizeCores();
        ulong word = SitePatch.WordAddress(_arming);
        ulong current = _memory.ReadWord(word);
        _memory.PatchWord(word, SitePatch.WithNop(_arming, current), SitePatch.WithJump(_arming, current, _armed));
    }

    public void Disarm()
    {
        if (_arming == 0)
            return;
        ulong word = SitePatch.WordAddress(_arming);
        ulong current = _memory.ReadWord(word);
        _memory.PatchWord(word, SitePatch.WithJump(_arming, current, _armed), SitePatch.WithNop(_arming, current));
    }

    public void Synchronize() => _memory.SynchronizeCores();

    void PatchSite(ulong target)
    {
        ulong word = SitePatch.WordAddress(Address);
        ulong current = _memory.ReadWord(word);
        ulong expected = _image is null ? SitePatch.WithNop(Address, current) : SitePatch.WithCall(Address, current, _image.Address);
        _memory.PatchWord(word, expected, SitePatch.WithCall(Address, current, target));
    }

    void PatchGate(ObserverGate gate, bool isOpen)
    {
        ulong start = _image!.Address + (ulong)gate.Offset;
        ulong word = SitePatch.WordAddress(start);
        ulong current = _memory.ReadWord(word);
        ulong open = SitePatch.WithNop(start, current);
        ulong closed = SitePatch.WithJump(start, current, _image.Address + (ulong)gate.End);

        // Closing a gate that was never opened changes nothing.
        if (current != (isOpen ? open : closed))
            _memory.PatchWord(word, isOpen ? closed : open, isOpen ? open : closed);
    }
}
