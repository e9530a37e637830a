// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace NopTap.Formats.Btf;

/// <summary>Prints a type as C does: the declarator grows outwards from the name while the type is followed inwards.</summary>
/// <remarks>Prototypes can refer to themselves through pointers, so depth and length are bounded; what is cut reads <c>...</c>.</remarks>
sealed class CTypePrinter(BtfTypes types)
{
    const int MaxDepth = 24;
    const int MaxSteps = 256;
    const int MaxLength = 2048;
    const string Cut = "...";

    int _depth;
    int _length;

    public string Print(int id, string name)
    {
        if (_depth == MaxDepth || _length > MaxLength)
            return Cut;
        _depth++;
        string text = Declare(id, name);
        _depth--;
        _length += text.Length;
        return text;
    }

    string Declare(int id, string declarator)
    {
        string qualifiers = "";
        for (int steps = 0; steps < MaxSteps && declarator.Length <= MaxLength; steps++)
        {
            BtfType type = types.TypeById(id);
            switch (type)
            {
                case BtfPointer pointer:
                    declarator = Join("*" + qualifiers, declarator, attach: true);
                    qualifiers = "";
                    id = pointer.TypeId;
                    break;
                case BtfConst or BtfVolatile or BtfRestrict:
                    qualifiers = Join(qualifiers, Keyword(type), attach: false);
                    id = ((BtfReference)type).TypeId;
                    break;
                case BtfTypeTag tag:
                    id = tag.TypeId;
                    break;
                case BtfArray array:
                    declarator = Group(declarator) + string.Create(CultureInfo.InvariantCulture, $"[{array.Length}]");
                    id = array.ElementTypeId;
                    break;
                case BtfFuncProto prototype:
                    declarator = Group(declarator) + Parameters(prototype);
                    id = prototype.ReturnTypeId;
                    break;
                case BtfFunc function:
                    declarator = declarator.Length == 0 ? function.Name : declarator;
                    id = function.TypeId;
                    break;
                case BtfVar variable:
                    declarator = declarator.Length == 0 ? variable.Name : declarator;
                    id = variable.TypeId;
                    break;
                case BtfDeclTag declaration:
                    id = declaration.TypeId;
                    break;
                default:
                    return Join(Join(qualifiers, Base(type), attach: false), declarator, attach: false);
            }
        }

        return Cut;
    }

    string Parameters(BtfFuncProto prototype)
    {
        if (prototype.Parameters.IsEmpty)
            return "(void)";
        var text = new StringBuilder("(");
        foreach (BtfParameter parameter in prototype.Parameters)
        {
            if (text.Length > 1)
                text.Append(", ");
            if (text.Length > MaxLength)
                return text.Append(Cut).Append(')').ToString();
            text.Append(parameter.TypeId == 0 ? Cut : Print(parameter.TypeId, parameter.Name));
        }

        return text.Append(')').ToString();
    }

    static string Base(BtfType type) => type switch
    {
        BtfVoid => "void",
        BtfStruct { IsUnion: var union } => Tagged(union ? "union" : "struct", type.Name),
        BtfForward { IsUnion: var union } => Tagged(union ? "union" : "struct", type.Name),
        BtfEnum => Tagged("enum", type.Name),
        _ => type.Name,
    };

    static string Tagged(string keyword, string name) => name.Length == 0 ? keyword + " {...}" : $"{keyword} {name}";

    static string Keyword(BtfType type) => type switch
    {
        BtfConst => "const",
        BtfVolatile => "volatile",
        _ => "restrict",
    };

    // A pointer declarator binds looser than the brackets or parentheses put behind it.
    static string Group(string declarator) => declarator.StartsWith('*') ? $"({declarator})" : declarator;

    static string Join(string left, string right, bool attach)
    {
        if (left.Length == 0 || right.Length == 0)
            return left + right;
        bool touch = (attach && left.EndsWith('*')) || (right[0] == '[' && !left.EndsWith('*'));
        return touch ? left + right : $"{left} {right}";
    }
}
