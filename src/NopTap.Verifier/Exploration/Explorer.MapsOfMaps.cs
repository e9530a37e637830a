// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

// A look-up in a map of maps gives some map that is like the template. Templates are maps of the request with numbers behind those of the
// object: whatever asks for a map by its number finds them, and nothing that holds for one map only is noted of them.
sealed partial class Explorer
{
    /// <summary>The request with the templates of its maps of maps behind its maps.</summary>
    static VerificationRequest WithTemplates(VerificationRequest request)
    {
        ImmutableArray<MapSpec>.Builder? maps = null;
        foreach (MapSpec map in request.Maps)
        {
            if (map.Inner is not MapSpec template)
                continue;
            maps ??= request.Maps.ToBuilder();
            maps.Add(template);
        }

        return maps is null ? request : request with { Maps = maps.ToImmutable() };
    }

    bool IsTemplate(int map) => map >= _ownMaps;

    static bool HoldsMaps(MapSpec map) => map.Type is MapType.ArrayOfMaps or MapType.HashOfMaps;

    int TemplateOf(int outer)
    {
        int template = _ownMaps;
        for (int map = 0; map < outer; map++)
            template += _request.Maps[map].Inner is null ? 0 : 1;
        return template;
    }

    /// <summary>What a look-up returns: an address in a value, or a map; both with the name of this look-up.</summary>
    bool LookedUp(int map, out RegisterState result)
    {
        MapSpec spec = _request.Maps[map];
        if (HoldsMaps(spec))
        {
            if (spec.Inner is null)
            {
                result = default;
                return Refuse(
                    VerifierDiagnostics.MapMismatch, $"look-up in '{spec.Name}', of whose inner maps nothing is known",
                    "declare them with __array(values, struct { ... })");
            }

            result = RegisterState.Pointer(RegisterKind.Map, TemplateOf(map));
            result.Nullable = true;
            result.Id = NewId();
            return true;
        }

        result = RegisterState.Pointer(RegisterKind.MapValue, map);
        result.Nullable = !_keyInRange;
        result.Id = _keyInRange ? 0 : NewId();
        // The lock of this value is told from those of others by the look-up, which the null test must not forget.
        if (spec.SpinLockOffset is not null)
            result.Reference = NewId();
        return true;
    }
}
