// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using System.Runtime.CompilerServices;
using NopTap.Formats.Btf;

namespace NopTap.Architecture.Tests;

/// <summary>The laws of docs/architecture.md that the compiler alone does not hold.</summary>
public sealed class LayerTests
{
    [Fact]
    public void ArrowsPointDown()
    {
        foreach ((Assembly layer, Assembly[] below) in Layers.Arrows)
        {
            IEnumerable<string?> used = layer.GetReferencedAssemblies().Select(name => name.Name)
                .Where(name => name!.StartsWith("NopTap", StringComparison.Ordinal));
            Assert.Empty(used.Except(below.Select(assembly => assembly.GetName().Name)));
        }
    }

    [Fact]
    public void LibrariesDependOnDotNetAndIcedAlone()
    {
        foreach ((Assembly layer, _) in Layers.Arrows.Where(arrow => arrow.Layer != Layers.Cli))
        {
            IEnumerable<string?> foreign = layer.GetReferencedAssemblies().Select(name => name.Name)
                .Where(name => !name!.StartsWith("System", StringComparison.Ordinal) && !name.StartsWith("NopTap", StringComparison.Ordinal));
            Assert.Empty(layer == Layers.Jit ? foreign.Except(["Iced"]) : foreign);
        }
    }

    // Abstract records whose constructors C# makes protected; all that derive from them are sealed.
    static readonly Type[] s_abstractRecords = [typeof(BtfType), typeof(BtfReference)];

    [Fact]
    public void PublicClassesCannotBeInheritedByAccident()
    {
        IEnumerable<string?> open = Layers.Assemblies.SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => type.IsClass && !type.IsSealed && !s_abstractRecords.Contains(type) && !HasOnlyInternalConstructors(type))
            .Select(type => type.FullName);
        Assert.Empty(open);
    }

    [Fact]
    public void PublicStructuresAreReadOnlyUnlessMachineCodeSharesThem()
    {
        IEnumerable<string?> mutable = Layers.Assemblies.SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => type is { IsValueType: true, IsEnum: false } && type.GetCustomAttribute<IsReadOnlyAttribute>() is null
                && !type.IsNested && type.Namespace != "NopTap.Jit.Abi")
            .Select(type => type.FullName);
        Assert.Empty(mutable);
    }

    [Fact]
    public void SystemCallsAreMadeInNativeAlone() => Assert.Empty(
        SourceTree.Files("src", ".cs")
            .Where(file => file.Text.Contains("[LibraryImport", StringComparison.Ordinal) && !file.Path.Contains("/Native/", StringComparison.Ordinal))
            .Select(file => file.Path));

    // Only the verifier's own facts make a verified program; what wraps unproved instructions belongs to the tests.
    [Fact]
    public void NothingShippedMakesAVerifiedProgramOfUnprovedCode() => Assert.Equal(
        ["src/NopTap.Verifier/Facts.cs"],
        SourceTree.Files("src", ".cs")
            .Where(file => file.Text.Contains("new VerifiedProgram(", StringComparison.Ordinal) || file.Text.Contains("TrustUnverified", StringComparison.Ordinal))
            .Select(file => file.Path));

    [Fact]
    public void NoFileIsTooLongToRead() => Assert.Empty(
        SourceTree.Files("src", ".cs").Where(file => file.Text.AsSpan().Count('\n') > 800).Select(file => file.Path));

    static bool HasOnlyInternalConstructors(Type type) => type
        .GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
        .All(constructor => constructor.IsAssembly || constructor.IsPrivate || constructor.IsFamilyAndAssembly);
}
