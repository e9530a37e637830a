// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace NopTap.Tests.Abuse;

/// <summary><c>struct big</c> of test/corpus/api.</summary>
[InlineArray(64)]
struct Big
{
    ulong _first;
}

/// <summary><c>struct page</c> of test/corpus/api.</summary>
[InlineArray(512)]
struct Page
{
    ulong _first;
}
