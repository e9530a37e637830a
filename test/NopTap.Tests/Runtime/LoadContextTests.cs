// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using System.Runtime.Loader;
using NopTap.Isa;

namespace NopTap.Tests.Runtime;

/// <summary>Where the library itself may be loaded.</summary>
public sealed class LoadContextTests
{
    sealed class Context(bool isCollectible) : AssemblyLoadContext("plugins", isCollectible)
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            string path = Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll");
            return assemblyName.Name!.StartsWith("NopTap", StringComparison.Ordinal) && File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
    }

    static IDisposable MakeRuntime(bool isCollectible)
    {
        Type type = new Context(isCollectible).LoadFromAssemblyPath(typeof(BpfRuntime).Assembly.Location).GetType(typeof(BpfRuntime).FullName!)!;
        return (IDisposable)Activator.CreateInstance(type, [null])!;
    }

    [Fact]
    public void AContextThatCanBeUnloadedIsRefused()
    {
        Exception refused = Assert.Throws<TargetInvocationException>(() => MakeRuntime(isCollectible: true)).InnerException!;
        Assert.Equal(typeof(FeatureNotSupportedException).FullName, refused.GetType().FullName);
        Assert.Contains("plugins", refused.Message, StringComparison.Ordinal);
        Assert.Contains(RuntimeDiagnostics.CollectibleContext.Id, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OneThatStaysIsNot() => MakeRuntime(isCollectible: false).Dispose();
}
