// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Formats;

/// <summary>Every failure of reading an object: <c>BPF10xx</c> ELF, <c>11xx</c> BTF, <c>12xx</c> programs, <c>13xx</c> maps, <c>14xx</c> probes.</summary>
public static class FormatDiagnostics
{
    /// <summary>The file cannot be read.</summary>
    public static readonly DiagnosticDescriptor FileUnreadable = new("BPF1001", "file unreadable", Errno.ENOENT);

    /// <summary>The bytes are no ELF file.</summary>
    public static readonly DiagnosticDescriptor NotElf = new("BPF1002", "not an ELF file");

    /// <summary>An ELF file of another class, byte order, kind or machine.</summary>
    public static readonly DiagnosticDescriptor NotBpfObject = new("BPF1003", "not a BPF object");

    /// <summary>The section table lies outside the file or is malformed.</summary>
    public static readonly DiagnosticDescriptor BadSectionTable = new("BPF1004", "section table malformed");

    /// <summary>A section's bytes lie outside the file.</summary>
    public static readonly DiagnosticDescriptor SectionOutOfFile = new("BPF1005", "section outside the file");

    /// <summary>A string offset lies outside its table, or the string does not end.</summary>
    public static readonly DiagnosticDescriptor BadString = new("BPF1006", "string outside its table");

    /// <summary>The symbol table is malformed.</summary>
    public static readonly DiagnosticDescriptor BadSymbol = new("BPF1007", "symbol malformed");

    /// <summary>The relocation table is malformed, or a relocation points nowhere.</summary>
    public static readonly DiagnosticDescriptor BadRelocation = new("BPF1008", "relocation malformed");

    /// <summary>The object would take more memory than is sensible.</summary>
    public static readonly DiagnosticDescriptor ObjectTooLarge = new("BPF1009", "object too large", Errno.E2BIG);

    /// <summary>A file or stream with more bytes than the reader may take.</summary>
    public static readonly DiagnosticDescriptor FileTooLarge = new("BPF1010", "file too large", Errno.E2BIG);

    /// <summary>The BTF header is malformed.</summary>
    public static readonly DiagnosticDescriptor BadBtfHeader = new("BPF1101", "BTF header malformed");

    /// <summary>A BTF type is truncated or of unknown kind.</summary>
    public static readonly DiagnosticDescriptor BadBtfType = new("BPF1102", "BTF type malformed");

    /// <summary>A BTF string offset lies outside the strings.</summary>
    public static readonly DiagnosticDescriptor BadBtfString = new("BPF1103", "BTF string outside the table");

    /// <summary>A BTF type names a type that does not exist or is of the wrong kind.</summary>
    public static readonly DiagnosticDescriptor BadBtfReference = new("BPF1104", "BTF type reference bad");

    /// <summary>A BTF type contains itself.</summary>
    public static readonly DiagnosticDescriptor BtfCycle = new("BPF1105", "BTF type contains itself");

    /// <summary>The <c>.BTF.ext</c> section is malformed.</summary>
    public static readonly DiagnosticDescriptor BadBtfExt = new("BPF1106", "BTF.ext malformed");

    /// <summary>A code section is not a whole number of slots.</summary>
    public static readonly DiagnosticDescriptor BadCodeSize = new("BPF1201", "code size not a multiple of 8");

    /// <summary>A function symbol lies outside its section or is empty.</summary>
    public static readonly DiagnosticDescriptor BadFunction = new("BPF1202", "function outside its section");

    /// <summary>A static function stands in a program section.</summary>
    public static readonly DiagnosticDescriptor StaticProgram = new("BPF1203", "entry program is static");

    /// <summary>A call leads to no function.</summary>
    public static readonly DiagnosticDescriptor BadCallTarget = new("BPF1204", "call target is no function");

    /// <summary>A relocation stands at an instruction that cannot take it.</summary>
    public static readonly DiagnosticDescriptor RelocationMismatch = new("BPF1205", "relocation does not fit its instruction");

    /// <summary>A relocation names something that is neither function, map nor data.</summary>
    public static readonly DiagnosticDescriptor UnknownRelocationTarget = new("BPF1206", "relocation target unknown");

    /// <summary>A program uses a kernel configuration variable.</summary>
    public static readonly DiagnosticDescriptor KconfigUsed = new("BPF1207", "kernel configuration variable used", Errno.EOPNOTSUPP);

    /// <summary>A program uses a kernel variable or function.</summary>
    public static readonly DiagnosticDescriptor KernelSymbolUsed = new("BPF1208", "kernel symbol used", Errno.EOPNOTSUPP);

    /// <summary>A program uses a name that the object does not define.</summary>
    public static readonly DiagnosticDescriptor UndefinedSymbol = new("BPF1209", "symbol undefined", Errno.ENOENT);

    /// <summary>A program asks for a relocation against the kernel's types.</summary>
    public static readonly DiagnosticDescriptor KernelTypesNeeded = new("BPF1210", "kernel types needed", Errno.EOPNOTSUPP);

    /// <summary>Two entry programs have one name.</summary>
    public static readonly DiagnosticDescriptor DuplicateProgram = new("BPF1211", "program name used twice", Errno.EEXIST);

    /// <summary>A map variable is malformed.</summary>
    public static readonly DiagnosticDescriptor BadMapDefinition = new("BPF1301", "map definition malformed");

    /// <summary>A map attribute is unknown.</summary>
    public static readonly DiagnosticDescriptor UnknownMapAttribute = new("BPF1302", "map attribute unknown", Errno.EOPNOTSUPP);

    /// <summary>Two attributes of a map contradict each other.</summary>
    public static readonly DiagnosticDescriptor ConflictingMapAttribute = new("BPF1303", "map attributes contradict");

    /// <summary>An initial entry of a map is malformed.</summary>
    public static readonly DiagnosticDescriptor BadMapInitializer = new("BPF1304", "map initialiser malformed");

    /// <summary>The object has a <c>.maps</c> section without type information.</summary>
    public static readonly DiagnosticDescriptor MapsWithoutBtf = new("BPF1305", "maps without BTF");

    /// <summary>A legacy map definition is malformed.</summary>
    public static readonly DiagnosticDescriptor BadLegacyMap = new("BPF1306", "legacy map definition malformed");

    /// <summary>A data section is larger than a map value may be.</summary>
    public static readonly DiagnosticDescriptor DataTooLarge = new("BPF1307", "data section too large", Errno.E2BIG);

    /// <summary>Two maps have one name.</summary>
    public static readonly DiagnosticDescriptor DuplicateMap = new("BPF1308", "map name used twice", Errno.EEXIST);

    /// <summary>A note is cut short.</summary>
    public static readonly DiagnosticDescriptor TruncatedNote = new("BPF1401", "probe note truncated");

    /// <summary>A note is not a whole number of 8-byte words.</summary>
    public static readonly DiagnosticDescriptor MisalignedNote = new("BPF1402", "probe note size not a multiple of 8");

    /// <summary>A note, tag or prototype has more than five arguments.</summary>
    public static readonly DiagnosticDescriptor TooManyProbeArguments = new("BPF1403", "more than five probe arguments", Errno.E2BIG);

    /// <summary>A note word is no register or constant move.</summary>
    public static readonly DiagnosticDescriptor BadNoteMove = new("BPF1404", "probe note word is no move");

    /// <summary>A note move reads a register above r9.</summary>
    public static readonly DiagnosticDescriptor BadNoteRegister = new("BPF1405", "probe note register bad");

    /// <summary>A note move writes another register than its ordinal.</summary>
    public static readonly DiagnosticDescriptor BadNoteOrdinal = new("BPF1406", "probe note ordinal wrong");

    /// <summary>A note move has bits where zero must be.</summary>
    public static readonly DiagnosticDescriptor BadNoteField = new("BPF1407", "probe note field not zero");

    /// <summary>A probe address has no relocation.</summary>
    public static readonly DiagnosticDescriptor MissingNoteRelocation = new("BPF1408", "probe address without relocation");

    /// <summary>A probe address is not inside the code of any function.</summary>
    public static readonly DiagnosticDescriptor NoteOutsideCode = new("BPF1409", "probe address outside code");

    /// <summary>A probe address points at something other than <c>goto +0</c>.</summary>
    public static readonly DiagnosticDescriptor SiteNotNop = new("BPF1410", "probe site is not goto +0");

    /// <summary>A note and the declaration disagree about the number of arguments.</summary>
    public static readonly DiagnosticDescriptor ProbeArityMismatch = new("BPF1411", "probe and declaration disagree");

    /// <summary>A placed probe was never declared.</summary>
    public static readonly DiagnosticDescriptor UndeclaredProbe = new("BPF1412", "probe undeclared");

    /// <summary>A name was declared twice, differently.</summary>
    public static readonly DiagnosticDescriptor ConflictingDeclaration = new("BPF1413", "probe declared twice", Errno.EEXIST);

    /// <summary>A declared argument is wider than 8 bytes.</summary>
    public static readonly DiagnosticDescriptor ProbeArgumentTooLarge = new("BPF1414", "probe argument too large");

    /// <summary>A declared argument is neither integer nor pointer.</summary>
    public static readonly DiagnosticDescriptor ProbeArgumentType = new("BPF1415", "probe argument type unsupported");

    /// <summary>A probe name is empty, too long or no C identifier.</summary>
    public static readonly DiagnosticDescriptor BadProbeName = new("BPF1416", "probe name bad");

    /// <summary>A declaration tag is malformed or stands on the wrong thing.</summary>
    public static readonly DiagnosticDescriptor BadProbeDeclaration = new("BPF1417", "probe declaration malformed");

    /// <summary>One note symbol or one site appears twice.</summary>
    public static readonly DiagnosticDescriptor DuplicateSite = new("BPF1418", "probe site named twice", Errno.EEXIST);

    /// <summary>A record of a lazy probe is malformed.</summary>
    public static readonly DiagnosticDescriptor BadLazyRecord = new("BPF1419", "lazy probe record malformed");

    /// <summary>A record of a lazy probe belongs to no site.</summary>
    public static readonly DiagnosticDescriptor LazyRecordWithoutSite = new("BPF1420", "lazy probe record without site");

    /// <summary>The bytes before the first symbol of a notes section belong to nobody.</summary>
    public static readonly DiagnosticDescriptor NoteWithoutSymbol = new("BPF1421", "probe note without symbol");
}
