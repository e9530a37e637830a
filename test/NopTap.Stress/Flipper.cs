// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Links;
using NopTap.Maps;
using NopTap.TestKit;

namespace NopTap.Stress;

/// <summary>Attaches and detaches observers of every kind in random order, and settles the account of each link that it disposes.</summary>
sealed class Flipper
{
    const int MostLinks = 6;

    readonly Tally _tally;
    readonly Random _random;
    readonly BpfObject _checker;
    readonly BpfObject _observers;
    readonly BpfMap<uint, ulong> _counts;
    readonly BpfMap<uint, ulong> _totals;
    readonly BpfRingBuffer _ring;
    readonly List<Attachment> _live = [];
    readonly Func<Attachment>[] _kinds;

    internal Flipper(BpfRuntime runtime, BpfObject mixer, BpfObject firewall, Tally tally, Random random)
    {
        _tally = tally;
        _random = random;
        _checker = runtime.Load(Mixer.ObserverObject());
        _observers = runtime.Load(Repository.PathOf("samples", "observers", "observers.bpf.o"));
        _counts = _checker.Maps["counts"].As<uint, ulong>();
        _totals = _observers.Maps["totals"].As<uint, ulong>();
        _ring = (BpfRingBuffer)_checker.Maps["ring"];
        BpfFunction leaf = mixer.Programs["mixer"].Functions["leaf"];
        BpfFunction checkRate = firewall.Programs["firewall"].Functions["check_rate"];
        _kinds =
        [
            () => Delegate(mixer.Probe("mix"), EventChecks.Mix),
            () => Delegate(mixer.Probe("twice"), EventChecks.Twice),
            () => Delegate(mixer.Probe("lazy"), EventChecks.Lazy),
            () => Delegate(firewall.Probe("packet"), EventChecks.Packet),
            () => Delegate(firewall.Probe("verdict"), EventChecks.Verdict),
            () => Delegate(firewall.Probe("flow"), EventChecks.Flow),
            () => Delegate(firewall.Probe("malformed"), EventChecks.Malformed),
            () => Delegate(firewall.Probe("rate"), EventChecks.Rate),
            () => OnFunction(leaf, EventChecks.LeafEntry, isExit: false),
            () => OnFunction(leaf, EventChecks.LeafExit, isExit: true),
            () => OnFunction(checkRate, EventChecks.Anything, isExit: true),
            () => Checker(mixer.Probe("mix")),
            () => Printer(mixer.Probe("mix")),
            () => Counting(0, () => firewall.Probe("packet").Attach(_observers.Programs["on_packet"])),
            () => Counting(5, () => firewall.Probe("rate").Attach(_observers.Programs["on_rate"])),
            () => Counting(6, () => checkRate.AttachEntry(_observers.Programs["enter_check_rate"])),
            () => Counting(7, () => checkRate.AttachExit(_observers.Programs["leave_check_rate"])),
            () => Uncounted(() => firewall.Probe("flow").Attach(_observers.Programs["on_flow"])),
            () => Uncounted(() => firewall.Probe("malformed").Attach(_observers.Programs["on_malformed"])),
            () => Uncounted(() => firewall.Probe("verdict").Attach(_observers.Programs["on_verdict_cookie"])),
        ];
    }

    internal void Run(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
                Flip();
        }
        finally
        {
            while (_live.Count != 0)
                Detach();
            _checker.Dispose();
            _observers.Dispose();
        }
    }

    void Flip()
    {
        if (_live.Count < MostLinks && _random.Next(MostLinks) >= _live.Count)
            Attach(_random.Next(_kinds.Length));
        else
            Detach();
        _tally.AddFlip();
        Thread.SpinWait(_random.Next(200));
    }

    // An observer program can be at one place only once: then the refusal is what is checked.
    void Attach(int kind)
    {
        bool isTwice = _live.Exists(attachment => attachment.Kind == kind && attachment.IsExclusive);
        try
        {
            Attachment attachment = _kinds[kind]();
            attachment.Kind = kind;
            _live.Add(attachment);
            _tally.Check(!isTwice, $"'{attachment.Link.ProbeName}' took an observer twice");
        }
        catch (BpfOperationException refusal)
        {
            bool isExpected = (isTwice && refusal.Errno == Errno.EBUSY) || refusal.Errno == Errno.E2BIG;
            _tally.Check(isExpected, refusal.Message);
        }
    }

    void Detach()
    {
        if (_live.Count == 0)
            return;
        int index = _random.Next(_live.Count);
        Attachment attachment = _live[index];
        _live.RemoveAt(index);
        attachment.Link.Dispose();
        attachment.IsGone = true;
        BpfLink link = attachment.Link;
        _tally.AddEvents((long)link.Hits);
        _tally.Check(link.Misses == 0, $"'{link.ProbeName}' missed {link.Misses} hits without recursion");
        _tally.Check(link.Faults == 0, $"an observer of '{link.ProbeName}' threw: {link.LastFault}");
        if (attachment.Counted is { } counted)
        {
            ulong seen = counted();
            _tally.Check(seen == link.Hits, $"'{link.ProbeName}' counted {link.Hits} hits, its observer {seen}");
        }
    }

    Attachment Delegate(BpfProbe probe, EventCheck check) => Observed(check, observer => probe.Attach(observer));

    Attachment OnFunction(BpfFunction function, EventCheck check, bool isExit) =>
        Observed(check, observer => isExit ? function.AttachExit(observer) : function.AttachEntry(observer));

    Attachment Observed(EventCheck check, Func<ProbeObserver, BpfLink> attach)
    {
        long events = 0;
        Attachment? attachment = null;
        BpfLink link = attach((in ProbeEvent e) =>
        {
            Interlocked.Increment(ref events);
            if (!check(e))
                _tally.Fault($"'{e.Probe}' brought wrong arguments");
            if (attachment is { IsGone: true })
                _tally.Fault($"'{e.Probe}' was hit after its link was disposed");
        });
        attachment = new Attachment(link, () => (ulong)Interlocked.Read(ref events), isExclusive: false);
        return attachment;
    }

    Attachment Checker(BpfProbe probe)
    {
        ulong before = _counts[Mixer.Right];
        BpfLink link = probe.Attach(_checker.Programs["checker"]);
        return new Attachment(
            link,
            () =>
            {
                _tally.Check(_counts[Mixer.Wrong] == 0, "the checking program saw wrong arguments");
                return _counts[Mixer.Right] - before;
            },
            isExclusive: true);
    }

    // The ring is small: what is lost when it is full is not a fault, what is wrong in it is.
    Attachment Printer(BpfProbe probe)
    {
        BpfLink link = probe.AttachPrinter(_ring, cookie: 77);
        return new Attachment(
            link,
            () =>
            {
                _ring.Consume(CheckRecord);
                return link.Hits;
            },
            isExclusive: false);
    }

    void CheckRecord(ReadOnlySpan<byte> bytes)
    {
        var record = new ProbeRecord(bytes);
        ulong x = (ulong)record[0];
        bool isRight = record.Cookie == 77 && record.Count == 3 && (ulong)record[1] == Mixer.Second(x) && (ulong)record[2] == (uint)(x ^ Mixer.Second(x));
        _tally.Check(isRight, "a printed record is wrong");
    }

    Attachment Counting(uint slot, Func<BpfLink> attach)
    {
        ulong before = _totals[slot];
        return new Attachment(attach(), () => _totals[slot] - before, isExclusive: true);
    }

    static Attachment Uncounted(Func<BpfLink> attach) => new(attach(), null, isExclusive: true);

    sealed class Attachment(BpfLink link, Func<ulong>? counted, bool isExclusive)
    {
        volatile bool _isGone;

        internal BpfLink Link => link;

        internal Func<ulong>? Counted => counted;

        internal bool IsExclusive => isExclusive;

        internal int Kind { get; set; }

        internal bool IsGone
        {
            get => _isGone;
            set => _isGone = value;
        }
    }
}
