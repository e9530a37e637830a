// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

// A global function is followed once, from what its prototype says of its arguments. A call is checked against the prototype, and nothing
// is known of its result.
sealed partial class Explorer
{
    const int MaxParameters = 5;

    // Memory in words, by its index.
    static readonly string[] s_memories =
    [
        "the memory that was reserved", "the memory of argument 1", "the memory of argument 2", "the memory of argument 3", "the memory of argument 4", "the memory of argument 5",
    ];

    /// <summary>The function is followed on its own, from any arguments that its prototype allows.</summary>
    void BeginGlobal(int function)
    {
        _path = new PathState { Number = ++_nextPath, Slot = _program.Functions[function].Start };
        FrameState frame = _path.Frames[0] = new FrameState();
        frame.Reset(function, -1);
        ImmutableArray<ParameterRule> rules = _globals.Rules(function);
        for (int i = 0; i < rules.Length; i++)
            frame.R[i + 1] = Parameter(rules[i], i + 1);
        frame.R[10] = RegisterState.Pointer(RegisterKind.Stack);
        Array.Clear(_checkpoints);
        Store(null);
        _trace?.Starts(_path, -1);
    }

    RegisterState Parameter(in ParameterRule rule, int ordinal)
    {
        if (rule.Kind == RegisterKind.Scalar)
            return RegisterState.Unknown;
        if (rule.Kind == RegisterKind.Context)
            return RegisterState.Pointer(RegisterKind.Context);
        RegisterState memory = RegisterState.Pointer(RegisterKind.Memory, ordinal);
        memory.Size = rule.Size;
        memory.Nullable = !rule.NotNull;
        memory.Id = rule.NotNull ? 0 : NewId();
        return memory;
    }

    Step CallGlobal(int slot, int function)
    {
        if (!Unlocked($"global function '{_program.Functions[function].Name}' is called") || !PrototypeWorks(function))
            return Step.Refused;
        ImmutableArray<ParameterRule> rules = _globals.Rules(function);
        for (int i = 0; i < rules.Length; i++)
        {
            if (!GlobalArgument(function, i, rules[i]))
                return Step.Refused;
        }

        if (_globals.ChangesPackets(function))
            ForgetPackets(_path);
        _globals.NoteCall(function);
        ForgetArguments();
        R(Register.R0) = RegisterState.Unknown;
        if (!FollowEarlyExits(_code[slot], callsGlobal: true))
            return Step.Refused;
        _path.Slot = slot + 1;
        return Step.Next;
    }

    bool PrototypeWorks(int function)
    {
        FunctionSpec spec = _program.Functions[function];
        FunctionPrototype prototype = spec.Prototype!;
        if (prototype.Parameters.Length > MaxParameters)
            return Refuse(VerifierDiagnostics.GlobalPrototype, $"global function '{spec.Name}' takes {prototype.Parameters.Length} arguments, where {MaxParameters} are the most", "pass a pointer to a structure");
        if (!prototype.ReturnsNumber)
        {
            return Refuse(
                VerifierDiagnostics.GlobalPrototype, $"global function '{spec.Name}' returns '{prototype.ReturnType}'; global functions return numbers",
                "return int, 0 if there is nothing to tell, or make the function static");
        }

        ImmutableArray<ParameterRule> rules = _globals.Rules(function);
        for (int i = 0; i < rules.Length; i++)
        {
            if (rules[i].Problem is string problem)
                return Refuse(VerifierDiagnostics.GlobalPrototype, $"parameter {i + 1} ('{prototype.Parameters[i]}') of global function '{spec.Name}' {problem}", rules[i].Mending);
        }

        return true;
    }

    bool GlobalArgument(int function, int index, in ParameterRule rule)
    {
        RegisterState value = _path.Frame.R[index + 1];
        if (value.Kind == RegisterKind.NotWritten)
            return RefuseArgument(function, index, "not written on this path", "pass a value on every path to the call");
        switch (rule.Kind)
        {
            case RegisterKind.Scalar:
                return value.IsScalar || RefuseArgument(function, index, $"{Say(value)}; it is declared as a number", "declare the parameter as the pointer that it is, or make the function static");
            case RegisterKind.Context:
                return value is { Kind: RegisterKind.Context, Offset: 0, IsFixed: true }
                    || RefuseArgument(function, index, $"{Say(value)}; it is declared as the context", "pass the program's unmodified context");
            default:
                return GlobalMemory(function, index, rule, value);
        }
    }

    bool GlobalMemory(int function, int index, in ParameterRule rule, RegisterState value)
    {
        int register = index + 1;
        if (value.IsNull)
        {
            // The kernel takes the constant 0 for a parameter that is never null, and so lets the function read address 0.
            _precision.Mark(_path, register);
            return !rule.NotNull || RefuseArgument(function, index, "null; it is declared __arg_nonnull", "pass memory, or remove the tag and test for null in the function");
        }

        if (value.Nullable && rule.NotNull)
            return RefuseArgument(function, index, $"{Say(value)}; it is declared __arg_nonnull", $"test r{register} for null before the call");
        value.Nullable = false;
        if (ReadOnlyName(value) is string constant)
        {
            return RefuseArgument(
                function, index, $"{Say(value)}, in {constant}, which programs only read; a global function may write through its pointers",
                "copy it to the stack before the call, or make the function static");
        }

        if ((value.IsPacket || value.Kind == RegisterKind.PacketSlice) && _globals.ChangesPackets(function))
        {
            return RefuseArgument(
                function, index, $"{Say(value)}; the function may move the packet, and its address would be wrong afterwards",
                "copy it to the stack before the call, or make the function static");
        }

        if (_globals.UpdatesAtomically(function) && !IsAligned(value, rule.Alignment))
        {
            return RefuseArgument(
                function, index, $"{Say(value)}, perhaps no multiple of {rule.Alignment}; the function has atomic operations, which need aligned memory",
                "align the variable, or make the function static");
        }

        if (value.Kind == RegisterKind.Stack)
        {
            if (!StackBounds(value, 0, rule.Size, register, out int low, out int high))
                return false;
            if (!ReadStack(value.Index, low, high, register))
                return false;
            FillStack(_path.Frames[value.Index]!, low, high, SlotKinds.MiscByte);
            return true;
        }

        bool memory = value.Kind is RegisterKind.MapValue or RegisterKind.Packet or RegisterKind.PacketMeta || value.IsGivenMemory;
        return memory ? ReachBoth(value, 0, rule.Size, register)
            : RefuseArgument(function, index, $"{Say(value)}; it is declared as a pointer to {rule.Size} bytes", "pass memory of the program's own, or null");
    }

    // Why memory may not be written, or null.
    string? ReadOnlyName(in RegisterState value) => value.Kind switch
    {
        RegisterKind.MapValue when !MapAccess.MayWrite(_request.Maps[value.Index]) => $"map '{_request.Maps[value.Index].Name}'",
        RegisterKind.MapKey => "a map's key",
        RegisterKind.Packet or RegisterKind.PacketMeta when !MayWritePackets => "the packet",
        _ => null,
    };

    static bool IsAligned(in RegisterState value, int alignment)
    {
        int known = value.Kind switch
        {
            RegisterKind.Packet or RegisterKind.PacketMeta or RegisterKind.Slice or RegisterKind.PacketSlice => 1,
            RegisterKind.Memory => MemoryAlignment(value),
            _ => 8,
        };
        ulong place = value.Range.Bits.Value | value.Range.Bits.Mask | (ulong)(long)value.Offset;
        return known >= alignment && (place & (ulong)(alignment - 1)) == 0;
    }

    bool AtomicOnArgument(in Instruction instruction, in RegisterState address, Register register) =>
        address.Kind != RegisterKind.Memory || instruction.AccessSize <= MemoryAlignment(address) || Refuse(
            VerifierDiagnostics.BadAtomic, $"atomic access of {instruction.AccessSize} bytes through r{(int)register}, {Say(address)}, which begins at a multiple of {MemoryAlignment(address)}",
            "let the parameter point to a type that is aligned for the operation", (int)register);

    // Memory of a reservation begins at a multiple of 8; of an argument only what its type needs is known.
    static int MemoryAlignment(in RegisterState memory) => memory.Index == 0 ? 8 : ParameterRule.AlignmentOf(memory.Size);

    bool RefuseGlobalCallback(int function) => Refuse(
        VerifierDiagnostics.GlobalCallback, $"address of global function '{_program.Functions[function].Name}', which is verified for calls only", "make the callback static");

    bool RefuseArgument(int function, int index, string isWhat, string hint)
    {
        FunctionSpec spec = _program.Functions[function];
        return Refuse(
            VerifierDiagnostics.GlobalArgument,
            $"argument {index + 1} ('{spec.Prototype!.Parameters[index]}') of global function '{spec.Name}' (r{index + 1}) is {isWhat}", hint, index + 1);
    }

    /// <summary>The followed function ends: it returns a number, and keeps nothing.</summary>
    bool FinishGlobal(int function)
    {
        string name = _program.Functions[function].Name;
        RegisterState result = R(Register.R0);
        if (!result.IsScalar)
        {
            return Refuse(
                VerifierDiagnostics.GlobalReturn, $"global function '{name}' returns {Say(result)}; callers expect a number", "return a number, or make the function static", 0);
        }

        return _path.ReferenceCount == 0 || RefuseLeak($"global function '{name}' ends");
    }

    /// <summary>What to add to the hint of a refusal whose value came from an argument of the function that is followed on its own.</summary>
    string OwnArgumentsHint()
    {
        FunctionSpec spec = _program.Functions[_path.Frames[0]!.Function];
        return $"; '{spec.Name}' is global and so verified once, for all arguments that its prototype allows: make it static to have the values of its calls known";
    }
}
