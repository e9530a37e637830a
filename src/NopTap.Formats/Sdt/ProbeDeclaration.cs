// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Btf;

namespace NopTap.Formats.Sdt;

/// <summary>A declared probe: a tag <c>bpf_sdt:NAME:COUNT[:PARAMETERS]</c> on a variable that points to a prototype.</summary>
/// <param name="Name">Name.</param>
/// <param name="Prototype">The prototype.</param>
/// <param name="ParameterNames">Name of each parameter, or null.</param>
sealed record ProbeDeclaration(string Name, BtfFuncProto Prototype, ImmutableArray<string?> ParameterNames);
