// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;
using NopTap.Formats;
using NopTap.Formats.Btf;

namespace NopTap.TestKit.Kernel;

/// <summary>
/// Writes an object's types as the kernel takes them, every type under its own id. Variables and sections, whose offsets only linking
/// would tell, and what refers to them, become integers; hidden functions become static, as libbpf makes them.
/// </summary>
sealed class ObjectBtf
{
    const int Int = 1, Pointer = 2, Array = 3, Struct = 4, Union = 5, Enum = 6, Forward = 7, Typedef = 8, Volatile = 9, Const = 10, Restrict = 11, Func = 12, FuncProto = 13,
        Float = 16, DeclTag = 17, TypeTag = 18, Enum64 = 19;

    readonly BtfTypes _types;
    readonly HashSet<int> _global;
    readonly List<byte> _strings = [0];
    readonly List<byte> _out = [];

    ObjectBtf(ProgramSpec program)
    {
        _types = program.Btf!;
        _global = [.. program.Functions.Where(static function => function.Prototype is not null).Select(static function => function.BtfTypeId)];
        _global.Add(program.Functions[0].BtfTypeId);
    }

    /// <summary>Whether the object says of each function of the program which of its types it is.</summary>
    public static bool Describes(ProgramSpec program) => program.Btf is not null && program.Functions.All(static function => function.BtfTypeId != 0);

    /// <summary>A .BTF section.</summary>
    public static byte[] Build(ProgramSpec program)
    {
        var writer = new ObjectBtf(program);
        foreach (BtfType type in program.Btf!.All)
        {
            if (type.Id != 0)
                writer.Write(type);
        }

        List<byte> types = [.. writer._out];
        writer._out.Clear();
        writer.Words(unchecked((int)0x0001_eb9f), 24, 0, types.Count, types.Count, writer._strings.Count);
        return [.. writer._out, .. types, .. writer._strings];
    }

    void Write(BtfType type)
    {
        switch (type)
        {
            case BtfInt number:
                Head(number.Name, Int, 0, number.Size);
                Words(((number.IsSigned ? 1 : 0) | (number.IsChar ? 2 : 0) | (number.IsBool ? 4 : 0)) << 24 | number.Bits);
                break;
            case BtfPointer or BtfConst or BtfVolatile or BtfRestrict:
                Head("", type is BtfPointer ? Pointer : type is BtfConst ? Const : type is BtfVolatile ? Volatile : Restrict, 0, ((BtfReference)type).TypeId);
                break;
            case BtfTypedef or BtfTypeTag:
                Head(type.Name, type is BtfTypedef ? Typedef : TypeTag, 0, ((BtfReference)type).TypeId);
                break;
            case BtfArray array:
                Head("", Array, 0, 0);
                Words(array.ElementTypeId, array.IndexTypeId, (int)array.Length);
                break;
            case BtfStruct structure:
                WriteStruct(structure);
                break;
            case BtfEnum enumeration:
                WriteEnum(enumeration);
                break;
            case BtfForward forward:
                Head(forward.Name, Forward, forward.IsUnion ? 1 << 31 : 0, 0);
                break;
            case BtfFunc { Linkage: not BtfLinkage.Extern } function:
                Head(function.Name, Func, _global.Contains(function.Id) ? 1 : 0, function.TypeId);
                break;
            case BtfFuncProto prototype:
                Head("", FuncProto, prototype.Parameters.Length, prototype.ReturnTypeId);
                foreach (BtfParameter parameter in prototype.Parameters)
                    Words(Name(parameter.Name), parameter.TypeId);
                break;
            case BtfFloat number:
                Head(number.Name, Float, 0, number.Size);
                break;
            case BtfDeclTag tag when _types.TypeById(tag.TypeId) is BtfStruct or BtfTypedef or BtfFunc { Linkage: not BtfLinkage.Extern }:
                Head(tag.Name, DeclTag, 0, tag.TypeId);
                Words(tag.ComponentIndex);
                break;
            default:
                Head($"__left_out_{type.Id}", Int, 0, 4);
                Words(32);
                break;
        }
    }

    void WriteStruct(BtfStruct structure)
    {
        bool bitFields = structure.Members.Any(static member => member.BitFieldSize != 0);
        Head(structure.Name, structure.IsUnion ? Union : Struct, structure.Members.Length | (bitFields ? 1 << 31 : 0), (int)structure.Size);
        foreach (BtfMember member in structure.Members)
            Words(Name(member.Name), member.TypeId, (int)member.BitOffset | member.BitFieldSize << 24);
    }

    void WriteEnum(BtfEnum enumeration)
    {
        Head(enumeration.Name, enumeration.Size == 8 ? Enum64 : Enum, enumeration.Values.Length | (enumeration.IsSigned ? 1 << 31 : 0), enumeration.Size);
        foreach (BtfEnumerator value in enumeration.Values)
        {
            if (enumeration.Size == 8)
                Words(Name(value.Name), (int)value.Value, (int)(value.Value >> 32));
            else
                Words(Name(value.Name), (int)value.Value);
        }
    }

    void Head(string name, int kind, int info, int sizeOrType) => Words(Name(name), (kind << 24) | info, sizeOrType);

    int Name(string name)
    {
        if (name.Length == 0)
            return 0;
        int offset = _strings.Count;
        _strings.AddRange(Encoding.UTF8.GetBytes(name));
        _strings.Add(0);
        return offset;
    }

    void Words(params ReadOnlySpan<int> words)
    {
        Span<byte> word = stackalloc byte[4];
        foreach (int value in words)
        {
            BinaryPrimitives.WriteInt32LittleEndian(word, value);
            _out.AddRange(word);
        }
    }
}
