// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier;

/// <summary>Every kind of rejection that the verifier knows.</summary>
public static class VerifierDiagnostics
{
    /// <summary>The functions of the program do not cover its slots one after the other.</summary>
    public static readonly DiagnosticDescriptor MalformedProgram = new("BPF2001", "malformed program");

    /// <summary>More slots than the verifier takes.</summary>
    public static readonly DiagnosticDescriptor ProgramTooLarge = new("BPF2002", "program too large", Errno.E2BIG);

    /// <summary>A jump that leaves its function.</summary>
    public static readonly DiagnosticDescriptor JumpOutOfFunction = new("BPF2005", "jump out of its function");

    /// <summary>A jump to the second slot of a wide load.</summary>
    public static readonly DiagnosticDescriptor JumpIntoWideLoad = new("BPF2006", "jump into a wide load");

    /// <summary>A function whose last instruction does not leave it.</summary>
    public static readonly DiagnosticDescriptor FallsOffFunction = new("BPF2007", "fall through the end of a function");

    /// <summary>A call or function reference that does not name the start of a function.</summary>
    public static readonly DiagnosticDescriptor BadCallTarget = new("BPF2008", "call target is no function");

    /// <summary>A helper that this program may not call or that is unknown.</summary>
    public static readonly DiagnosticDescriptor UnknownHelper = new("BPF2009", "helper not available");

    /// <summary>A call of a kernel function.</summary>
    public static readonly DiagnosticDescriptor KernelFunction = new("BPF2010", "kernel function called");

    /// <summary>A load of a kernel variable by BTF id.</summary>
    public static readonly DiagnosticDescriptor KernelVariable = new("BPF2011", "kernel variable loaded");

    /// <summary>A call through a register.</summary>
    public static readonly DiagnosticDescriptor IndirectCall = new("BPF2012", "indirect call");

    /// <summary>A wide load of a map that the request does not have.</summary>
    public static readonly DiagnosticDescriptor UnknownMap = new("BPF2013", "unknown map");

    /// <summary>An access relative to the frame pointer outside of the frame.</summary>
    public static readonly DiagnosticDescriptor StackOutOfBounds = new("BPF2014", "stack access out of bounds", Errno.EACCES);

    /// <summary>A stack access that is not aligned to its width.</summary>
    public static readonly DiagnosticDescriptor StackMisaligned = new("BPF2015", "misaligned stack access", Errno.EACCES);

    /// <summary>A function that calls itself, at once or through others.</summary>
    public static readonly DiagnosticDescriptor Recursion = new("BPF2016", "recursion");

    /// <summary>More nested calls than there are frames.</summary>
    public static readonly DiagnosticDescriptor CallsTooDeep = new("BPF2017", "calls too deep", Errno.E2BIG);

    /// <summary>A probe site that is not one, or collides with another.</summary>
    public static readonly DiagnosticDescriptor BadProbeSite = new("BPF2018", "bad probe site");

    /// <summary>An arming site of a lazy probe that is not one.</summary>
    public static readonly DiagnosticDescriptor BadArmingSite = new("BPF2019", "bad arming site");

    /// <summary>A register that is read before it is written on some path.</summary>
    public static readonly DiagnosticDescriptor UninitializedRegister = new("BPF2020", "uninitialised register", Errno.EACCES);

    /// <summary>A probe argument in a register that is not written on some path.</summary>
    public static readonly DiagnosticDescriptor UninitializedProbeArgument = new("BPF2021", "uninitialised probe argument", Errno.EACCES);

    /// <summary>A probe argument that is not what the probe declares.</summary>
    public static readonly DiagnosticDescriptor ProbeArgumentType = new("BPF2022", "probe argument of another type", Errno.EACCES);

    /// <summary>A context access where the context has no field.</summary>
    public static readonly DiagnosticDescriptor NoContextField = new("BPF2023", "no such context field", Errno.EACCES);

    /// <summary>A context access of a width or kind that the field does not take.</summary>
    public static readonly DiagnosticDescriptor BadContextAccess = new("BPF2024", "context access of a wrong width", Errno.EACCES);

    /// <summary>A store to a context field that programs may only read.</summary>
    public static readonly DiagnosticDescriptor ReadOnlyContextField = new("BPF2025", "read-only context field", Errno.EACCES);

    /// <summary>An access through the context pointer after arithmetic on it.</summary>
    public static readonly DiagnosticDescriptor ModifiedContext = new("BPF2026", "modified context pointer", Errno.EACCES);

    /// <summary>One instruction that uses the context on one path and something else on another.</summary>
    public static readonly DiagnosticDescriptor MixedPointers = new("BPF2027", "different pointers in one instruction");

    /// <summary>An access through a value that is no address of memory.</summary>
    public static readonly DiagnosticDescriptor NotDereferenceable = new("BPF2028", "pointer without memory", Errno.EACCES);

    /// <summary>Paths that do not end within the verifier's budget.</summary>
    public static readonly DiagnosticDescriptor TooComplex = new("BPF2030", "program too complex", Errno.E2BIG);

    /// <summary>The verification cost more than the host allows it.</summary>
    public static readonly DiagnosticDescriptor BudgetSpent = new("BPF2080", "verification budget spent", Errno.E2BIG);

    /// <summary>A loop that comes back with nothing changed.</summary>
    public static readonly DiagnosticDescriptor InfiniteLoop = new("BPF2031", "infinite loop");

    /// <summary>Arithmetic that no address may undergo.</summary>
    public static readonly DiagnosticDescriptor BadPointerArithmetic = new("BPF2032", "bad pointer arithmetic", Errno.EACCES);

    /// <summary>An access or arithmetic through an address that may be null.</summary>
    public static readonly DiagnosticDescriptor MayBeNull = new("BPF2033", "pointer may be null", Errno.EACCES);

    /// <summary>An access that may lie outside of its memory.</summary>
    public static readonly DiagnosticDescriptor OutOfBounds = new("BPF2034", "access out of bounds", Errno.EACCES);

    /// <summary>An access of packet bytes that were not compared with the end.</summary>
    public static readonly DiagnosticDescriptor PacketOutOfBounds = new("BPF2035", "packet access out of bounds", Errno.EACCES);

    /// <summary>A store to memory that programs only read.</summary>
    public static readonly DiagnosticDescriptor ReadOnlyMemory = new("BPF2036", "read-only memory written", Errno.EACCES);

    /// <summary>A helper argument that is not what the helper takes.</summary>
    public static readonly DiagnosticDescriptor HelperArgument = new("BPF2037", "helper argument of a wrong kind", Errno.EACCES);

    /// <summary>A size argument that may be negative, zero or beyond any memory.</summary>
    public static readonly DiagnosticDescriptor HelperSize = new("BPF2038", "helper size out of range", Errno.EACCES);

    /// <summary>A reservation that is still held where it can no longer be given back.</summary>
    public static readonly DiagnosticDescriptor ReferenceLeak = new("BPF2039", "reservation not given back");

    /// <summary>A return value that the program type does not take.</summary>
    public static readonly DiagnosticDescriptor ReturnRange = new("BPF2040", "return value out of range");

    /// <summary>A callback that may return anything but 0 or 1.</summary>
    public static readonly DiagnosticDescriptor CallbackReturn = new("BPF2041", "callback return value out of range");

    /// <summary>An address of a frame that outlives it.</summary>
    public static readonly DiagnosticDescriptor FrameEscapes = new("BPF2042", "address of a frame escapes");

    /// <summary>A helper that does not work on maps of that type.</summary>
    public static readonly DiagnosticDescriptor MapMismatch = new("BPF2043", "map of a wrong type");

    /// <summary>Frames of a chain of calls that need more than the stack has.</summary>
    public static readonly DiagnosticDescriptor StackTooDeep = new("BPF2044", "stack too deep", Errno.EACCES);

    /// <summary>A legacy packet load where the program type or r6 does not allow it.</summary>
    public static readonly DiagnosticDescriptor PacketLoadForbidden = new("BPF2045", "packet load not allowed");

    /// <summary>Division by the constant zero, or a shift by the width or more.</summary>
    public static readonly DiagnosticDescriptor BadConstant = new("BPF2046", "bad constant operand");

    /// <summary>A helper that asks for a GPL-compatible licence.</summary>
    public static readonly DiagnosticDescriptor GplOnly = new("BPF2047", "helper for GPL programs only");

    /// <summary>An atomic access of memory that allows none.</summary>
    public static readonly DiagnosticDescriptor BadAtomic = new("BPF2048", "atomic access not allowed", Errno.EACCES);

    /// <summary>A spilled address that is stored or loaded in part.</summary>
    public static readonly DiagnosticDescriptor PartialPointer = new("BPF2049", "part of an address", Errno.EACCES);

    /// <summary>A global function whose prototype says nothing by which it could be verified on its own.</summary>
    public static readonly DiagnosticDescriptor GlobalPrototype = new("BPF2050", "prototype of a global function");

    /// <summary>An argument of a call that the prototype of a global function does not allow.</summary>
    public static readonly DiagnosticDescriptor GlobalArgument = new("BPF2051", "argument of a global function");

    /// <summary>A global function that may return an address.</summary>
    public static readonly DiagnosticDescriptor GlobalReturn = new("BPF2052", "result of a global function");

    /// <summary>A global function handed to a helper that calls back.</summary>
    public static readonly DiagnosticDescriptor GlobalCallback = new("BPF2053", "global function as a callback");

    /// <summary>A load from memory that programs only write.</summary>
    public static readonly DiagnosticDescriptor WriteOnlyMemory = new("BPF2054", "write-only memory read", Errno.EACCES);

    /// <summary>A lock argument that does not point at the lock of a map value.</summary>
    public static readonly DiagnosticDescriptor BadLock = new("BPF2060", "no spin lock at this address");

    /// <summary>An unlock without a lock, or of another one.</summary>
    public static readonly DiagnosticDescriptor LockNotHeld = new("BPF2061", "spin lock not held");

    /// <summary>Something that must not happen while a lock is held.</summary>
    public static readonly DiagnosticDescriptor LockHeld = new("BPF2062", "spin lock still held");

    /// <summary>A plain access of a lock.</summary>
    public static readonly DiagnosticDescriptor LockAccessed = new("BPF2063", "spin lock accessed as memory", Errno.EACCES);

    /// <summary>A probe site where a lock is held.</summary>
    public static readonly DiagnosticDescriptor ProbeUnderLock = new("BPF2064", "probe under a spin lock");

    /// <summary>A map with locks in a program of a type that may not have them.</summary>
    public static readonly DiagnosticDescriptor LockForbidden = new("BPF2065", "spin lock in this program type");

    /// <summary>An iterator or dynptr used before it is made, after it is gone, or made twice.</summary>
    public static readonly DiagnosticDescriptor ObjectState = new("BPF2070", "iterator or dynptr in a wrong state");

    /// <summary>An access of the bytes of an iterator or dynptr.</summary>
    public static readonly DiagnosticDescriptor ObjectBytes = new("BPF2071", "bytes of an iterator or dynptr", Errno.EACCES);

    /// <summary>A legacy packet load in a function that may not end early.</summary>
    public static readonly DiagnosticDescriptor PacketLoadInFunction = new("BPF2072", "packet load in this function");

    /// <summary>A load from a socket that hits no field of its record.</summary>
    public static readonly DiagnosticDescriptor SocketField = new("BPF2090", "no such field of a socket", Errno.EACCES);

    /// <summary>A part of a specification that is missing, out of range, or at odds with another.</summary>
    public static readonly DiagnosticDescriptor BrokenSpec = new("BPF2091", "broken specification");

    /// <summary>A program without a layout of its context.</summary>
    public static readonly DiagnosticDescriptor ContextUnknown = new("BPF2092", "context unknown");

    /// <summary>A helper of the kernel that this runtime does not have. Numbered among the runtime's, since that is what lacks it.</summary>
    public static readonly DiagnosticDescriptor HelperNotImplemented = new("BPF4005", "helper not implemented", Errno.EOPNOTSUPP);
}
