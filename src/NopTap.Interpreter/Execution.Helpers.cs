// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Interpreter;

// Helper calls. Helpers are native code and trust their arguments, so everything a signature promises is checked here first.
sealed partial class Execution
{
    const int LongestString = 4096;

    void CallHelper(int id)
    {
        switch ((HelperId)id)
        {
            case HelperId.TailCall:
                TailCall();
                return;
            case HelperId.Loop:
                Return(Loop(_r[1], _r[2], _r[3], _r[4]));
                return;
            case HelperId.ForEachMapElem:
                Return(ForEachMapElement((nint)_r[1], _r[2], _r[3], _r[4]));
                return;
        }

        if (!_program.Imports.Helpers.TryGetValue(id, out nint address))
            throw Fault(InterpreterDiagnostics.UnknownHelper, $"helper {id} is not among the imports", "run the program where its program type's helpers are registered");
        if (_program.Imports.Signatures.TryGetValue(id, out HelperSignature? signature))
            CheckArguments(signature);
        Return(GuestMemory.CallHelper(address, _r, _threadBlock));
        if (signature is { Return: HelperReturn.Void })
            _r[0] = ProgramInterpreter.Poison;
    }

    void Return(ulong result)
    {
        DestroyArguments();
        _r[0] = result;
    }

    void CheckArguments(HelperSignature signature)
    {
        MapSpec? map = null;
        for (int n = 0; n < signature.Arguments.Length; n++)
        {
            ulong value = _r[n + 1];
            switch (signature.Arguments[n])
            {
                case HelperArgument.ConstMapPointer:
                    map = MapAt(signature, n);
                    break;
                case HelperArgument.MapKey:
                    CheckPointer(signature, n, map?.KeySize ?? 0, write: false);
                    break;
                case HelperArgument.MapValue:
                    CheckPointer(signature, n, map?.ValueSize ?? 0, write: false);
                    break;
                case HelperArgument.MapValueUninitialized:
                    CheckPointer(signature, n, map?.ValueSize ?? 0, write: true);
                    break;
                case HelperArgument.Memory:
                    CheckPointer(signature, n, SizeOf(signature, n + 1), write: false);
                    break;
                case HelperArgument.MemoryOrNull when value != 0:
                    CheckPointer(signature, n, SizeOf(signature, n + 1), write: false);
                    break;
                case HelperArgument.MemoryUninitialized or HelperArgument.WritableMemory or HelperArgument.MapValueMemory:
                    CheckPointer(signature, n, SizeOf(signature, n + 1), write: true);
                    break;
                case HelperArgument.PointerToLong or HelperArgument.NewIterator or HelperArgument.Iterator or HelperArgument.IteratorReleased:
                    CheckPointer(signature, n, sizeof(long), write: true);
                    break;
                case HelperArgument.NewDynptr or HelperArgument.Dynptr or HelperArgument.DynptrReleased:
                    CheckPointer(signature, n, 2 * sizeof(long), write: true);
                    break;
                case HelperArgument.BufferOrNull when value != 0:
                    CheckPointer(signature, n, SizeOf(signature, n + 1), write: true);
                    break;
                case HelperArgument.PointerToInt:
                    CheckPointer(signature, n, sizeof(int), write: true);
                    break;
                case HelperArgument.StackOrNull or HelperArgument.AllocatedMemoryReleased when value != 0:
                    CheckPointer(signature, n, 1, write: false);
                    break;
                case HelperArgument.AllocatedMemoryReleased:
                    throw Refused(signature, n, "is null", "test the result of the reserve helper before it is given back");
                case HelperArgument.SpinLock:
                    CheckPointer(signature, n, sizeof(int), write: true);
                    break;
                case HelperArgument.ConstantString:
                    CheckString(signature, n);
                    break;
                case HelperArgument.Context:
                case HelperArgument.ContextOrNull when value != 0:
                    CheckContext(signature, n);
                    break;
                case HelperArgument.Callback:
                    throw Refused(signature, n, "is a callback", "the interpreter runs bpf_loop and bpf_for_each_map_elem alone");
            }
        }
    }

    MapSpec MapAt(HelperSignature signature, int argument)
    {
        int index = _program.Imports.Maps.IndexOf((nint)_r[argument + 1]);
        if (index < 0 && _program.Imports.Elements?.SpecOf((nint)_r[argument + 1]) is { } inner)
            return inner;
        if (index < 0 || index >= _program.Imports.MapSpecs.Length)
            throw Refused(signature, argument, "is no map of this program", "pass the address of a map");
        return _program.Imports.MapSpecs[index];
    }

    ulong SizeOf(HelperSignature signature, int argument)
    {
        ulong size = argument < signature.Arguments.Length ? _r[argument + 1] : 0;
        if (size == 0 && argument < signature.Arguments.Length && signature.Arguments[argument] == HelperArgument.Size)
            throw Refused(signature, argument, "is a size of 0", "pass at least one byte");
        return size;
    }

    void CheckPointer(HelperSignature signature, int argument, ulong size, bool write)
    {
        if (size == 0)
            return;
        ulong address = _r[argument + 1];
        if (!_memory.TryFind(_program.Imports.Regions, address, size, out GuestRegion region))
            throw Refused(signature, argument, $"needs {size} bytes, {Nearby(address)}", "pass memory of that size");
        if (write ? !region.IsWritable : !region.IsReadable)
            throw Refused(signature, argument, $"lies in {region.Name}, which is {(region.IsReadable ? "read-only" : "only for helpers that take a context")}", "pass other memory");
    }

    void CheckString(HelperSignature signature, int argument)
    {
        ulong address = _r[argument + 1];
        for (ulong length = 0; length < LongestString; length++)
        {
            if (!_memory.TryFind(_program.Imports.Regions, address + length, 1, out GuestRegion region) || !region.IsReadable)
                throw Refused(signature, argument, $"is not a string, {Nearby(address + length)}", "end the string with a NUL inside its memory");
            if (GuestMemory.Load(address + length, 1) == 0)
                return;
        }

        throw Refused(signature, argument, $"is longer than {LongestString} bytes", "end the string with a NUL");
    }

    // A context is known by its first byte: the region that the caller added for it, readable or not.
    void CheckContext(HelperSignature signature, int argument)
    {
        ulong address = _r[argument + 1];
        if (!_memory.TryFind(_program.Imports.Regions, address, 1, out GuestRegion region) || region.Base != address)
            throw Refused(signature, argument, $"is no context, {Nearby(address)}", "pass the context as the program got it");
    }

    BpfFaultException Refused(HelperSignature signature, int argument, string why, string hint) => Fault(
        InterpreterDiagnostics.HelperArgument,
        $"argument {argument + 1} of {signature.Name} (0x{_r[argument + 1]:x}) {why}",
        hint);

    static ulong Error(Errno errno) => unchecked((ulong)-(long)errno);
}
