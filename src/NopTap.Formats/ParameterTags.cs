// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats;

/// <summary>Declaration tags <c>arg:NAME</c> on a parameter, as <c>__arg_ctx</c> and its like in <c>bpf_helpers.h</c> write them.</summary>
[Flags]
public enum ParameterTags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>__arg_ctx</c>: the program's context.</summary>
    Context = 1,

    /// <summary><c>__arg_nonnull</c>: never null.</summary>
    NonNull = 2,

    /// <summary><c>__arg_nullable</c>: perhaps null.</summary>
    Nullable = 4,

    /// <summary><c>__arg_trusted</c>: a valid object of the kernel.</summary>
    Trusted = 8,

    /// <summary><c>__arg_untrusted</c>: an address that may be wrong.</summary>
    Untrusted = 16,

    /// <summary><c>__arg_arena</c>: an address in an arena.</summary>
    Arena = 32,

    /// <summary>A tag <c>arg:</c> of another name.</summary>
    Unknown = 64,
}
