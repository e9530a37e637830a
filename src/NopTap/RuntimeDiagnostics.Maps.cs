// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap;

// What may be wrong with a map's definition or with an operation on it.
public static partial class RuntimeDiagnostics
{
    /// <summary>A kind of map that this runtime does not have.</summary>
    public static readonly DiagnosticDescriptor MapUnsupportedType = new("BPF4101", "map type not supported");

    /// <summary>Key size that the kind of map does not allow.</summary>
    public static readonly DiagnosticDescriptor MapKeySize = new("BPF4102", "map key size not allowed");

    /// <summary>Value size that the kind of map does not allow.</summary>
    public static readonly DiagnosticDescriptor MapValueSize = new("BPF4103", "map value size not allowed");

    /// <summary>Key or value, or the whole map, beyond the limit.</summary>
    public static readonly DiagnosticDescriptor MapTooLarge = new("BPF4104", "map too large", Errno.E2BIG);

    /// <summary>Capacity that the kind of map does not allow.</summary>
    public static readonly DiagnosticDescriptor MapCapacity = new("BPF4105", "map capacity not allowed");

    /// <summary>Creation flags that the kind of map does not know, or that contradict each other.</summary>
    public static readonly DiagnosticDescriptor MapFlags = new("BPF4106", "map flags not allowed");

    /// <summary>A name with characters other than letters, digits, underscore and dot.</summary>
    public static readonly DiagnosticDescriptor MapName = new("BPF4107", "map name not allowed");

    /// <summary>Memory for a map or a packet was refused by the system.</summary>
    public static readonly DiagnosticDescriptor MemoryRefused = new("BPF4108", "memory refused by the system", Errno.ENOMEM);

    /// <summary>More memory for maps than the runtime may take.</summary>
    public static readonly DiagnosticDescriptor MapBudgetSpent = new("BPF4128", "budget for maps spent", Errno.ENOMEM);

    /// <summary>Initial content that does not fit the value.</summary>
    public static readonly DiagnosticDescriptor MapInitialValue = new("BPF4109", "initial content does not fit");

    /// <summary>No entry under this key.</summary>
    public static readonly DiagnosticDescriptor MapKeyMissing = new("BPF4110", "no entry under this key", Errno.ENOENT);

    /// <summary>An entry under this key exists already.</summary>
    public static readonly DiagnosticDescriptor MapKeyExists = new("BPF4111", "entry exists already", Errno.EEXIST);

    /// <summary>All entries are in use.</summary>
    public static readonly DiagnosticDescriptor MapFull = new("BPF4112", "map is full", Errno.E2BIG);

    /// <summary>Array index at or beyond the capacity.</summary>
    public static readonly DiagnosticDescriptor MapIndexBeyondEnd = new("BPF4113", "index beyond the end of the array", Errno.E2BIG);

    /// <summary>A write from the host to a frozen map.</summary>
    public static readonly DiagnosticDescriptor MapFrozen = new("BPF4114", "map is frozen", Errno.EPERM);

    /// <summary>An access from the host that the creation flags forbid.</summary>
    public static readonly DiagnosticDescriptor MapAccessDenied = new("BPF4115", "access forbidden by map flags", Errno.EPERM);

    /// <summary>An operation that this kind of map does not have.</summary>
    public static readonly DiagnosticDescriptor MapOperationNotSupported = new("BPF4116", "operation not supported by map type", Errno.EOPNOTSUPP);

    /// <summary>Update flags that do not exist or that the kind of map refuses.</summary>
    public static readonly DiagnosticDescriptor MapUpdateFlags = new("BPF4117", "update flags not allowed");

    /// <summary>Deletion from an array, whose entries always exist.</summary>
    public static readonly DiagnosticDescriptor MapDeleteFromArray = new("BPF4118", "entries of an array cannot be deleted");

    /// <summary>Freezing what is frozen.</summary>
    public static readonly DiagnosticDescriptor MapAlreadyFrozen = new("BPF4119", "map is frozen already", Errno.EBUSY);

    /// <summary>A typed view whose types are not as wide as key and value.</summary>
    public static readonly DiagnosticDescriptor MapTypedView = new("BPF4120", "types do not fit key and value");

    /// <summary>A spin lock where none can be: outside the value, misaligned, or in a kind of map that takes none.</summary>
    public static readonly DiagnosticDescriptor MapSpinLock = new("BPF4122", "spin lock not allowed here", Errno.EOPNOTSUPP);

    /// <summary>A map of maps without a template, or with one of a kind that cannot be inside.</summary>
    public static readonly DiagnosticDescriptor InnerMapTemplate = new("BPF4123", "no template for inner maps");

    /// <summary>A map that is unlike the template of the map of maps.</summary>
    public static readonly DiagnosticDescriptor InnerMapMismatch = new("BPF4124", "inner map unlike the template");

    /// <summary>A prefix that is longer than the key.</summary>
    public static readonly DiagnosticDescriptor MapPrefix = new("BPF4125", "prefix longer than the key");

    /// <summary>All entries of a trie are in use.</summary>
    public static readonly DiagnosticDescriptor MapTrieFull = new("BPF4126", "trie is full", Errno.ENOSPC);

    /// <summary>A field in the values that only a kernel can keep.</summary>
    public static readonly DiagnosticDescriptor MapUnsupportedField = new("BPF4143", "field of a map's values not supported", Errno.EOPNOTSUPP);

    /// <summary>An attribute of a definition that has no meaning or no such value.</summary>
    public static readonly DiagnosticDescriptor MapAttribute = new("BPF4144", "map attribute not allowed");

    /// <summary>A map that is shared, by its pin or by the host, and unlike the definition for which it would stand.</summary>
    public static readonly DiagnosticDescriptor SharedMapMismatch = new("BPF4145", "shared map unlike the definition");

    /// <summary>A map that the host gives to an object and that cannot be used there.</summary>
    public static readonly DiagnosticDescriptor SharedMapRefused = new("BPF4146", "given map cannot be used");

    /// <summary>A look-up or update under the lock of a value that has none.</summary>
    public static readonly DiagnosticDescriptor MapHasNoLock = new("BPF4121", "values have no spin lock");
}
