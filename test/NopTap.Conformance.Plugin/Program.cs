// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Conformance.Plugin;

static class Program
{
    static int Main(string[] arguments) => PluginRun.Of(arguments, Console.In, Console.Out, Console.Error);
}
