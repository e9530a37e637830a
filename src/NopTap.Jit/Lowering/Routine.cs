// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>Helpers that an image has at most once, behind its functions.</summary>
enum Routine
{
    Loop,
    Clock,
    Reserve,
    Submit,
    Discard,
}
