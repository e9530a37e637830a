// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Btf;
using NopTap.Isa;

namespace NopTap.TestKit.Kernel;

/// <summary>The running kernel's own numbers of kernel functions: ids of its types.</summary>
static class KernelFunctionNumbers
{
    const string TypesOfTheKernel = "/sys/kernel/btf/vmlinux";

    static readonly Lazy<BtfTypes> s_types = new(() => BtfTypes.Parse(File.ReadAllBytes(TypesOfTheKernel), TypesOfTheKernel));

    /// <summary>Turns calls of kernel functions into what the kernel understands.</summary>
    public static void Translate(Span<Instruction> code)
    {
        for (int slot = 0; slot < code.Length; slot += code[slot].SlotCount)
        {
            if (!code[slot].IsHelperCall || KernelFunctions.Find(code[slot].Immediate) is not { } function)
                continue;
            int id = s_types.Value.FindByName<BtfFunc>("bpf_" + function.Name)?.Id
                ?? throw new InvalidOperationException($"this kernel has no bpf_{function.Name}");
            code[slot] = new Instruction(code[slot].Opcode, 0, (Register)PseudoSource.KfuncCall, 0, id);
        }
    }
}
