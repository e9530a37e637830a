// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Exploration;

// bpf_spin_lock and bpf_spin_unlock: at most one lock at a time, given back by the same path to the same value, and nothing between the two that
// could wait, call out or end the program.
sealed partial class Explorer
{
    const int LockSize = 4;

    // Who must not find a lock in a map: the packet paths of sockets and probes of the kernel may interrupt a holder.
    static bool MayUseLocks(ProgramType type) => type is not (
        ProgramType.SocketFilter or ProgramType.Kprobe or ProgramType.Tracepoint or ProgramType.PerfEvent or ProgramType.RawTracepoint or ProgramType.RawTracepointWritable);

    /// <summary>Programs of some types may not even refer to a map whose values have a lock.</summary>
    bool LocksAllowed()
    {
        if (MayUseLocks(_program.Type))
            return true;
        foreach (MapReference reference in _program.References)
        {
            MapSpec map = _request.Maps[reference.MapIndex];
            if (map.SpinLockOffset is null)
                continue;
            return Refuse(VerifierDiagnostics.LockForbidden.At(
                ProgramPlaces.At(_program, reference.Instruction), $"map '{map.Name}' has a spin lock in its values, which a program of type {_program.Type} may not use",
                "use a map without a lock, or a per-cpu map"), -1);
        }

        return true;
    }

    /// <summary>Takes or gives back the lock that r1 points at.</summary>
    bool LockArgument(HelperSignature helper, int index, in RegisterState value)
    {
        if (value is not { Kind: RegisterKind.MapValue, Nullable: false })
            return RefuseArgument(helper, index, value, "the address of a struct bpf_spin_lock in a map value");
        MapSpec map = _request.Maps[value.Index];
        if (!value.IsFixed)
        {
            return Refuse(
                VerifierDiagnostics.BadLock, $"r1 of bpf_{helper.Name} is {Say(value)}, and a lock has a constant offset",
                "take the address of the lock in the value that the look-up returned", index + 1);
        }

        if (map.SpinLockOffset is not int at)
        {
            return Refuse(
                VerifierDiagnostics.BadLock, $"bpf_{helper.Name} on map '{map.Name}', in whose values no lock is known",
                "declare the map by __type(value, ...) with one struct bpf_spin_lock in it, as a hash or an array, and compile with -g", index + 1);
        }

        if (value.Offset != at)
        {
            return Refuse(
                VerifierDiagnostics.BadLock, $"bpf_{helper.Name} at offset {value.Offset} of a value of map '{map.Name}', whose lock is at offset {at}",
                "pass the address of the struct bpf_spin_lock", index + 1);
        }

        return helper.Id == (int)HelperId.SpinLock ? TakeLock(value) : GiveLock(value);
    }

    bool TakeLock(in RegisterState value)
    {
        _path.LockMap = value.Index;
        _path.LockOwner = value.Reference;
        _path.LockSlot = _path.Slot;
        return true;
    }

    bool GiveLock(in RegisterState value)
    {
        if (!_path.HoldsLock)
            return Refuse(VerifierDiagnostics.LockNotHeld, "bpf_spin_unlock, but no lock is held on this path", "call bpf_spin_lock on every path before it, or unlock only where it was called");
        if (value.Index != _path.LockMap || value.Reference != _path.LockOwner)
        {
            string taken = _request.Maps[_path.LockMap].Name;
            string given = _request.Maps[value.Index].Name;
            return Refuse(
                VerifierDiagnostics.LockNotHeld,
                taken == given
                    ? $"bpf_spin_unlock of a value of map '{given}' from another look-up than the one that was locked at {PlaceOf(_path.LockSlot)}"
                    : $"bpf_spin_unlock of a value of map '{given}', but the lock taken at {PlaceOf(_path.LockSlot)} is in map '{taken}'",
                "unlock through the pointer that was locked", 1);
        }

        _path.LockMap = PathState.NoLock;
        _path.LockOwner = 0;
        return true;
    }

    /// <summary>Whether no lock is held where none may be.</summary>
    /// <param name="what">What must not happen under a lock, for example <c>the program ends</c>.</param>
    bool Unlocked(string what) => !_path.HoldsLock || Refuse(
        VerifierDiagnostics.LockHeld.At(
            ProgramPlaces.At(_program, _path.Slot), $"{what} while the spin lock in map '{_request.Maps[_path.LockMap].Name}' is held, taken at {PlaceOf(_path.LockSlot)}",
            "call bpf_spin_unlock before, on every path"),
        -1, _path.LockSlot);

    /// <summary>Whether a helper may be called now: under a lock only the one that gives it back.</summary>
    bool MayCall(HelperSignature helper) => !_path.HoldsLock || helper.Id == (int)HelperId.SpinUnlock || Unlocked($"bpf_{helper.Name} is called");

    /// <summary>Observers run at a probe site; under a lock they could wait for it.</summary>
    bool SiteUnlocked(ProbeSpec probe, ImmutableArray<ProbeArgumentSpec> arguments, int slot) => !_path.HoldsLock || Refuse(VerifierDiagnostics.ProbeUnderLock.At(
        ProgramPlaces.Probe(_program, probe, slot),
        $"the probe with {arguments.Length} arguments stands where the spin lock in map '{_request.Maps[_path.LockMap].Name}' is held, taken at {PlaceOf(_path.LockSlot)}; its observers could wait for that lock",
        "keep the values in variables and place the probe behind bpf_spin_unlock"), -1, _path.LockSlot);

    void NoteLock(int function) => _facts.UnderLock[function] |= _path.HoldsLock;

    // Plain accesses of the lock would break it.
    bool OutsideLock(MapSpec map, in RegisterState address, int offset, long size, int register)
    {
        if (map.SpinLockOffset is not int at)
            return true;
        long low = address.Offset + (long)offset + address.Range.SMin;
        long high = address.Offset + (long)offset + (long)Math.Min(address.Range.UMax, 2 * MaxOffset) + size;
        if (high <= at || low >= at + LockSize)
            return true;
        return Refuse(
            VerifierDiagnostics.LockAccessed, $"{size} bytes at offset {address.Offset + offset}{(address.IsFixed ? "" : $" plus {address.Range}")} of a value of map '{map.Name}' touch its spin lock at offset {at}",
            "leave the lock to bpf_spin_lock and bpf_spin_unlock, and copy the fields around it one by one", register);
    }
}
