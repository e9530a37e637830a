// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Native;

namespace NopTap.Maps;

/// <summary>
/// Stands for a map of an object that cannot exist here: it is listed and has no entries. Objects that never touch it load; a program of which a path
/// comes to it is refused.
/// </summary>
internal sealed unsafe class UnsupportedMap : BpfMap
{
    UnsupportedMap(MapSpec spec, uint id, MappedMemory memory)
        : base(spec, id, memory)
    {
    }

    /// <inheritdoc/>
    public override long Count => 0;

    internal static UnsupportedMap? TryCreate(MapSpec spec, uint id) => MappedMemory.TryReserve(HeaderLength) is { } memory ? new UnsupportedMap(spec, id, memory) : null;

    private protected override Errno ReadCore(byte* key, byte* value, uint processors) => Errno.EOPNOTSUPP;

    private protected override Errno UpdateCore(byte* key, byte* value, MapUpdate mode, uint processors) => Errno.EOPNOTSUPP;

    private protected override Errno DeleteCore(byte* key, byte* value, uint processors) => Errno.EOPNOTSUPP;

    private protected override Errno NextKeyCore(byte* key, byte* next) => Errno.ENOENT;

    internal override bool TryFindValue(ulong address, out MemoryWindow value)
    {
        value = default;
        return false;
    }
}
