// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Formats.Btf;

/// <summary>
/// Checks a freshly read type graph. Before: shapes are right, ids unchecked. After: every id exists, leads to a kind that may stand there,
/// and no chain of references or containment returns to its start.
/// </summary>
sealed class BtfChecks
{
    readonly ImmutableArray<BtfType> _types;
    readonly string _file;

    BtfChecks(ImmutableArray<BtfType> types, string file)
    {
        _types = types;
        _file = file;
    }

    public static void Check(ImmutableArray<BtfType> types, string file)
    {
        var checks = new BtfChecks(types, file);
        foreach (BtfType type in types)
            checks.CheckReferences(type);
        checks.CheckContainment();
        checks.CheckReferenceChains();
    }

    void CheckReferences(BtfType type)
    {
        switch (type)
        {
            case BtfReference reference:
                CheckId(type, reference.TypeId);
                break;
            case BtfArray array:
                CheckId(type, array.ElementTypeId);
                CheckId(type, array.IndexTypeId);
                break;
            case BtfStruct structure:
                foreach (BtfMember member in structure.Members)
                    CheckId(type, member.TypeId);
                break;
            case BtfFunc function:
                Require<BtfFuncProto>(type, function.TypeId);
                break;
            case BtfFuncProto prototype:
                CheckId(type, prototype.ReturnTypeId);
                foreach (BtfParameter parameter in prototype.Parameters)
                    CheckId(type, parameter.TypeId);
                break;
            case BtfVar variable:
                CheckId(type, variable.TypeId);
                break;
            case BtfDataSec section:
                foreach (BtfSectionVariable variable in section.Variables)
                {
                    CheckId(type, variable.TypeId);
                    if (_types[variable.TypeId] is not (BtfVar or BtfFunc))
                        throw BadReference(type, variable.TypeId, "which is neither variable nor function");
                }

                break;
            case BtfDeclTag tag:
                CheckId(type, tag.TypeId);
                if (_types[tag.TypeId] is BtfDeclTag or BtfVoid)
                    throw BadReference(type, tag.TypeId, "which cannot be tagged");
                break;
        }
    }

    void CheckId(BtfType type, int id)
    {
        if ((uint)id >= (uint)_types.Length)
            throw BadReference(type, id, $"but there are {_types.Length} types");
        // A pointer to a function's name, or another name for it, is nothing that C can write, and what nobody uses hurts nobody.
        bool isName = _types[id] is BtfFunc && type is BtfReference;
        if (_types[id] is BtfVar or BtfDataSec or BtfFunc or BtfDeclTag && type is not (BtfDataSec or BtfDeclTag) && !isName)
            throw BadReference(type, id, "which is no type of a value");
    }

    void Require<T>(BtfType type, int id)
        where T : BtfType
    {
        CheckId(type, id);
        if (_types[id] is not T)
            throw BadReference(type, id, $"which is no {typeof(T).Name}");
    }

    // Depth-first over "contains" and "stands for", by hand: hostile chains are as long as the file.
    void CheckContainment()
    {
        const byte Unseen = 0;
        const byte Open = 1;
        const byte Done = 2;
        byte[] state = new byte[_types.Length];
        var path = new Stack<(int Id, int Next)>();
        for (int root = 1; root < _types.Length; root++)
        {
            if (state[root] != Unseen)
                continue;
            state[root] = Open;
            path.Push((root, 0));
            while (path.TryPop(out (int Id, int Next) top))
            {
                int child = Contained(_types[top.Id], top.Next);
                if (child < 0)
                {
                    state[top.Id] = Done;
                    continue;
                }

                path.Push((top.Id, top.Next + 1));
                if (state[child] == Open)
                    throw Cycle(child, top.Id);

                if (state[child] == Unseen)
                {
                    state[child] = Open;
                    path.Push((child, 0));
                }
            }
        }
    }

    // The n-th type that a value of this type holds or that it merely stands for; -1 behind the last.
    static int Contained(BtfType type, int n) => type switch
    {
        BtfPointer => -1,
        BtfReference reference => n == 0 ? reference.TypeId : -1,
        BtfArray array => n == 0 ? array.ElementTypeId : -1,
        BtfStruct structure => n < structure.Members.Length ? structure.Members[n].TypeId : -1,
        _ => -1,
    };

    // A pointer may lead back to the structure that holds it, but a pointer to a pointer to itself is nothing.
    void CheckReferenceChains()
    {
        int[] seenFrom = new int[_types.Length];
        for (int root = 1; root < _types.Length; root++)
        {
            int id = root;
            while (_types[id] is BtfReference reference && seenFrom[id] == 0)
            {
                seenFrom[id] = root;
                id = reference.TypeId;
            }

            if (_types[id] is BtfReference && seenFrom[id] == root)
                throw Cycle(id, root);
        }
    }

    BpfFormatException Cycle(int id, int through) =>
        Fault.At(FormatDiagnostics.BtfCycle, Fault.In(_file, ".BTF"), $"type [{id}] contains itself through type [{through}]",
            "the type information is damaged; build the object again");

    BpfFormatException BadReference(BtfType type, int id, string message) =>
        Fault.At(FormatDiagnostics.BadBtfReference, Fault.In(_file, ".BTF"), $"type [{type.Id}] refers to type [{(uint)id}], {message}",
            "the type information is damaged; build the object again");
}
