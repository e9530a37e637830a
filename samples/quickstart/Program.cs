// SPDX-License-Identifier: Apache-2.0

using NopTap;
using NopTap.Links;

byte[] packet = new byte[64]; // an Ethernet frame; yours comes from a capture or a socket
using var runtime = new BpfRuntime();
using BpfObject firewall = runtime.Load(args[0]); // samples/firewall/firewall.bpf.o
BpfProgram program = firewall.Programs["firewall"];

using BpfLink link = firewall.Probe("verdict").Attach(
    (in ProbeEvent e) => Console.WriteLine($"verdict: len={e.GetInt32("len")} ret={e.GetInt32("ret")}"));

RunResult result = program.Run(packet); // verdict, time, and the packet as the program left it
Console.WriteLine($"returned {result.ReturnValue} in {result.Duration.TotalNanoseconds} ns; the observer was hit {link.Hits} times");
