// SPDX-License-Identifier: Apache-2.0

using NopTap.Samples.Traffic;

// Writes samples/traffic/traffic.pcap: always the same bytes.
if (args.Length != 1)
{
    Console.Error.WriteLine("usage: traffic FILE.pcap");
    return 2;
}

byte[] capture = Scenario.Build();
File.WriteAllBytes(args[0], capture);
Console.WriteLine($"{args[0]}: {Scenario.PacketCount} packets, {capture.Length} bytes");
return 0;
