// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Tests.Threads;

/// <summary>Tests that count or exhaust what the whole process shares run alone.</summary>
[CollectionDefinition("threads", DisableParallelization = true)]
public sealed class ThreadsCollection;
