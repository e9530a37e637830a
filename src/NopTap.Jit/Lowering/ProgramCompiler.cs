// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Runtime.InteropServices;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Verifier;

namespace NopTap.Jit;

/// <summary>Compiles verified programs to x86-64. Stateless: same request, same bytes.</summary>
/// <remarks>
/// <code>
/// entry (loads r12) | function 0 | thunk 0? | function 1 | thunk 1? | ... | routines | constants
/// </code>
/// Functions start at multiples of 16, so that their entry site needs no padding.
/// </remarks>
internal static class ProgramCompiler
{
    const int FunctionAlignment = 16;

    /// <summary>Compiles a program.</summary>
    /// <param name="request">The program and what its code depends on.</param>
    /// <exception cref="BpfOperationException">The request gives no address for a helper that the program calls.</exception>
    public static CodeImage Compile(CompilationRequest request)
    {
        var writer = new MachineWriter();
        var labels = new ProgramLabels(writer, request.Program);
        int functionCount = request.Program.Functions.Length;
        int[] entrySites = new int[functionCount];
        var ends = new Label[functionCount];

        EmitThunk(writer, labels.Functions[0], isEntry: true);
        for (int i = 0; i < functionCount; i++)
        {
            writer.Align(FunctionAlignment);
            writer.Bind(labels.Functions[i]);
            entrySites[i] = writer.Site();
            new FunctionLowering(request, writer, labels, i).Lower();
            ends[i] = writer.NewLabel();
            writer.Bind(ends[i]);
            if (!request.Program.Functions[i].IsCallback)
                continue;
            writer.Align(FunctionAlignment);
            writer.Bind(labels.Thunks[i]);
            EmitThunk(writer, labels.Functions[i], isEntry: false);
        }

        EmitRoutines(request, writer, labels);
        byte[] code = writer.Finish();
        var functions = ImmutableArray.CreateBuilder<FunctionCode>(functionCount);
        for (int i = 0; i < functionCount; i++)
        {
            int offset = writer.OffsetOf(labels.Functions[i]);
            int length = writer.OffsetOf(ends[i]) - offset;
            functions.Add(new FunctionCode(offset, length, writer.SiteOffset(entrySites[i]), writer.OffsetOf(labels.Thunks[i])));
        }

        return new CodeImage(
            ImmutableCollectionsMarshal.AsImmutableArray(code),
            request.BaseAddress,
            EntryOffset: 0,
            functions.MoveToImmutable(),
            SitesOf(request.Program, writer, labels),
            OffsetsOf(request.Program, writer, labels))
        {
            CodeLength = writer.CodeLength,
        };
    }

    static void EmitRoutines(CompilationRequest request, MachineWriter writer, ProgramLabels labels)
    {
        if (labels.Uses(Routine.Loop, out Label start))
            LoopRoutine.Emit(writer, start, !request.OmitsRounds);
        if (labels.Uses(Routine.Clock, out start))
            ClockRoutine.Emit(writer, start, request.Helpers[InternalHelpers.ClockGetTime]);
        if (labels.Uses(Routine.Reserve, out start))
            RingRoutines.EmitReserve(writer, start, request.Helpers[(int)HelperId.RingbufReserve]);
        if (labels.Uses(Routine.Submit, out start))
            RingRoutines.EmitCommit(writer, start, discard: false, request.Helpers[InternalHelpers.WakeConsumer]);
        if (labels.Uses(Routine.Discard, out start))
            RingRoutines.EmitCommit(writer, start, discard: true, request.Helpers[InternalHelpers.WakeConsumer]);
        foreach ((HashShape shape, Label lookup) in labels.HashRoutines)
            HashRoutine.Emit(writer, lookup, shape);
    }

    // Called from outside with the thread block as sixth argument. rsp is 8 modulo 16 here, and again at the function's first byte.
    static void EmitThunk(MachineWriter writer, Label function, bool isEntry)
    {
        writer.Push(MachineRegisters.ThreadBlock);
        writer.Move(Width.Bits64, MachineRegisters.ThreadBlock, Gpr.R9);
        if (isEntry)
            writer.StoreConstant(8, 0, MachineRegisters.ThreadBlock, ThreadBlock.TailCallsOffset);
        writer.Call(function);
        writer.Pop(MachineRegisters.ThreadBlock);
        writer.Return();
    }

    static ImmutableArray<SiteCode> SitesOf(VerifiedProgram program, MachineWriter writer, ProgramLabels labels)
    {
        var sites = ImmutableArray.CreateBuilder<SiteCode>(program.Sites.Length);
        foreach (ProbeSiteFacts facts in program.Sites)
        {
            ProbeSiteSpec site = facts.Site;
            int armed = site.IsLazy ? writer.OffsetOf(labels.Slot(site.ArmedTarget)) : -1;
            int arming = site.IsLazy ? OffsetOf(writer, labels, site.ArmingInstruction) : -1;
            var arguments = ImmutableArray.CreateBuilder<MachineArgument>(site.Arguments.Length);
            foreach (ProbeArgumentSpec argument in site.Arguments)
                arguments.Add(Locate(argument));
            sites.Add(new SiteCode(
                OffsetOf(writer, labels, site.Instruction), arguments.MoveToImmutable(), facts.LiveAfter, arming, armed));
        }

        return sites.MoveToImmutable();
    }

    static int OffsetOf(MachineWriter writer, ProgramLabels labels, int slot) =>
        labels.SiteAt(slot) is int site and >= 0 ? writer.SiteOffset(site) : -1;

    static MachineArgument Locate(in ProbeArgumentSpec argument) => argument.IsConstant
        ? new MachineArgument(MachineArgumentKind.Constant, default, argument.Constant)
        : new MachineArgument(MachineArgumentKind.Register, argument.Register, 0);

    static ImmutableArray<int> OffsetsOf(VerifiedProgram program, MachineWriter writer, ProgramLabels labels)
    {
        int[] offsets = new int[program.Instructions.Length];
        for (int i = 0; i < offsets.Length; i++)
            offsets[i] = writer.OffsetOf(labels.Slot(i));
        return ImmutableCollectionsMarshal.AsImmutableArray(offsets);
    }
}
