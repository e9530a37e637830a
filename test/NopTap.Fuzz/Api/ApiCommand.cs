// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace NopTap.Fuzz.Api;

/// <summary><c>noptap-fuzz api</c>: random sequences of public calls that must end without a crash and without an exception that nobody documents.</summary>
static class ApiCommand
{
    internal static int Run(string[] args)
    {
        ulong seed = 1;
        long count = 1000;
        int batch = 500;
        string engine = "both";
        bool isReplay = false;
        for (int n = 0; n < args.Length; n++)
        {
            string value = n + 1 < args.Length ? args[n + 1] : "";
            switch (args[n])
            {
                case "--seed": seed = ulong.Parse(value, CultureInfo.InvariantCulture); break;
                case "--count": count = long.Parse(value, CultureInfo.InvariantCulture); break;
                case "--batch": batch = int.Parse(value, CultureInfo.InvariantCulture); break;
                case "--engine": engine = value; break;
                case "--here": isReplay = true; n--; break;
                default:
                    Console.Error.WriteLine($"unknown option {args[n]}; options are --seed S --count N --batch N --engine both|compiler|interpreter --here");
                    return 2;
            }

            n++;
        }

        if (isReplay)
        {
            ApiBatch.Go([seed.ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture), engine, "log"]);
            return 0;
        }

        var campaign = new ApiCampaign(engine, Console.WriteLine);
        campaign.Run(seed, count, batch);
        Print(campaign);
        return campaign.Finds.Count == 0 && campaign.Tally.Faults.Count == 0 ? 0 : 1;
    }

    static void Print(ApiCampaign campaign)
    {
        foreach ((string member, long calls) in campaign.Tally.Calls)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{calls,10} {member}"));
        int never = 0;
        foreach ((string member, string? reason) in Surface.All())
        {
            if (campaign.Tally.Calls.ContainsKey(member))
                continue;
            never++;
            Console.WriteLine($"     never {member}{(reason is null ? "" : $" ({reason})")}");
        }

        foreach ((string fault, (long count, ulong seed, string text)) in campaign.Tally.Faults)
            Console.WriteLine($"fault: {count} times, first in sequence {seed}: {fault}\n{text}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{campaign.Ended:N0} sequences ended, {campaign.Tally.Total:N0} calls of {campaign.Tally.Calls.Count} members ({never} never), "
                + $"{campaign.Finds.Count} crashes, hangs or leaks, {campaign.Tally.Faults.Count} kinds of undocumented exceptions"));
    }
}
