"""Functions of `math`: domains, ranges, infinities, NaN, ints beyond 64 bits."""

from tests.native.traps.trap import BIG, FLOATS, INF, INTS, MAX, MIN, NAN, Trap

ONE = ["acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "cos", "cosh", "degrees", "erf",
       "erfc", "exp", "exp2", "expm1", "fabs", "log", "log10", "log1p", "log2", "radians", "sin",
       "sinh", "sqrt", "tan", "tanh", "gamma", "lgamma", "ulp"]  # fmt: skip
TWO = ["atan2", "copysign", "fmod", "hypot", "pow", "remainder", "nextafter"]
EDGES = [(x,) for x in [*FLOATS, 2.0, 0.9999999999999999, 1.0000000000000002, 709.78, 709.79, 710.0,
                        -745.0, -746.0, 1023.5, 1024.0, 710.4758600739439, 710.4758600739440, 1e17,
                        -0.9999999999999999, -1.0000000000000002, 171.5, 172.0, 1e-8, 22.5]]  # fmt: skip
NEEDS_CALL = {"gamma", "lgamma", "ulp", "hypot", "nextafter"}

TRAPS = [
    *(
        Trap(f"math.{name}", f"math.{name}(a)", "float -> float", EDGES, refused=name in NEEDS_CALL,
             by_library=name == "cbrt")
        for name in ONE
    ),
    *(
        Trap(f"math.{name} of an int", f"math.{name}(a)", "int -> float",
             [(0,), (1,), (-1,), (2,), (2**53 + 1,), (MAX,), (MIN,)], refused=name in NEEDS_CALL)
        for name in ("sqrt", "sin", "log", "log2", "log10", "exp", "fabs", "radians", "atan")
    ),
    *(
        Trap(f"math.{name} of two", f"math.{name}(a, b)", "float float -> float",
             refused=name in NEEDS_CALL)
        for name in TWO
    ),
    Trap("math.dist", "math.dist((a, b), (0.0, 1.0))", "float float -> float", refused=True),
    *(
        Trap(f"math.{name} beyond 64 bits", f"math.{name}(a)", "float -> int")
        for name in ("floor", "ceil", "trunc")
    ),
    *(
        Trap(f"math.{name} that comes back", f"math.{name}(a) % 7", "float -> int")
        for name in ("floor", "ceil", "trunc")
    ),
    Trap("math.floor of an int", "math.floor(a)", "int -> int"),
    Trap("math.ceil of -0.5 is an int", "math.ceil(a)", "float -> float", [(-0.5,), (0.5,), (-0.0,)]),
    Trap("math.isnan", "math.isnan(a)", "float -> bool"),
    Trap("math.isinf", "math.isinf(a)", "float -> bool"),
    Trap("math.isfinite", "math.isfinite(a)", "float -> bool"),
    Trap("math.isfinite of an int", "math.isfinite(a)", "int -> bool"),
    Trap("math.isclose", "math.isclose(a, b)", "float float -> bool"),
    Trap("math.isclose nearly", "math.isclose(a, b)", "float float -> bool",
         [(1.0, 1.0 + 1e-9), (1.0, 1.0 + 1.1e-9), (1e300, 1.000000001e300), (0.0, 1e-300)]),
    Trap("math.isclose with tolerances", "math.isclose(a, b, rel_tol=0.5, abs_tol=0.1)",
         "float float -> bool", refused=True),
    Trap("math.isclose with a negative tolerance", "math.isclose(a, 1.0, rel_tol=b)",
         "float float -> bool", [(1.0, -1.0), (2.0, -1.0)], refused=True),
    Trap("math.pow is no **", "math.pow(a, b)", "float float -> float",
         [(-8.0, 1 / 3), (0.0, -1.0), (-0.0, -3.0), (1.0, NAN), (NAN, 0.0), (-1.0, INF), (2.0, 1024.0)]),
    Trap("math.pow of ints is a float", "math.pow(a, b)", "int int -> float",
         [(2, 3), (2**53 + 1, 1), (MAX, 1), (-2, 63), (0, -1)]),
    Trap("math.pow of ints declared int", "math.pow(a, 2)", "int -> int", [(3,), (2**40,)], refused=True),
    Trap("math.fmod is no %", "math.fmod(a, b) - a % b", "float float -> float",
         [(-7.0, 3.0), (7.0, -3.0), (1e300, 0.7), (-0.0, 1.0)]),
    Trap("math.fmod of infinities", "math.fmod(a, b)", "float float -> float",
         [(INF, 1.0), (1.0, INF), (-1.0, INF), (NAN, 1.0), (1.0, 0.0), (NAN, 0.0)]),
    Trap("math.log of huge ints", "math.log(a * a)", "int -> float",
         [(MAX,), (2**40,), (1,), (0,), (MIN,)]),
    Trap("math.log of zero, of negatives", "math.log(a)", "int -> float", [(0,), (-1,), (MIN,)]),
    Trap("math.log of two", "math.log(a, b)", "float float -> float",
         [(8.0, 2.0), (8.0, 1.0), (8.0, 0.0), (0.0, 2.0), (-1.0, 2.0), (8.0, -2.0), (INF, 2.0), (1.0, INF),
          (NAN, 2.0), (2.0, NAN), (125.0, 5.0)]),
    Trap("math.log with an int base", "math.log(a, 10)", "float -> float", [(1000.0,), (0.1,), (0.0,)]),
    Trap("math.log of a bool", "math.log(a)", "bool -> float"),
    Trap("math.sqrt of -0.0", "math.copysign(1.0, math.sqrt(a))", "float -> float", [(-0.0,), (0.0,)]),
    Trap("math.copysign of NaN", "math.copysign(a, b)", "float float -> float", [(3.0, NAN), (NAN, -1.0)]),
    Trap("math.copysign of an int", "math.copysign(a, -0.0)", "int -> float"),
    Trap("math.atan2 of zeros", "math.atan2(a, b)", "float float -> float",
         [(0.0, 0.0), (-0.0, 0.0), (0.0, -0.0), (-0.0, -0.0), (INF, INF), (INF, -INF), (-1.0, INF)]),
    Trap("math.hypot of three", "math.hypot(a, b, 1.0)", "float float -> float", refused=True),
    Trap("math.gcd", "math.gcd(a, b)", "int int -> int"),
    Trap("math.gcd of the least int", "math.gcd(a, b)", "int int -> int", [(MIN, 0), (MIN, MIN), (MIN, 6)]),
    Trap("math.lcm", "math.lcm(a, b)", "int int -> int", refused=True),
    Trap("math.factorial", "math.factorial(a)", "int -> int", [(0,), (5,), (20,), (21,), (-1,)], refused=True),
    Trap("math.comb", "math.comb(a, b)", "int int -> int",
         [(5, 2), (2, 5), (66, 33), (67, 33), (-1, 2), (2, -1)], refused=True),
    Trap("math.perm", "math.perm(a, b)", "int int -> int", [(5, 2), (2, 5), (25, 20)], refused=True),
    Trap("math.isqrt", "math.isqrt(a)", "int -> int",
         [(0,), (1,), (3,), (4,), (-1,), (MAX,), (MIN,), (2**52,), (2**53 + 1,), (3037000499**2,),
          (3037000499**2 - 1,), (4503599761588224,), (4503599761588223,)]),
    Trap("math.isqrt of a float", "math.isqrt(a)", "float -> int", [(4.0,)], refused=True),
    Trap("math.ldexp", "math.ldexp(a, b)", "float int -> float",
         [(a, b) for a in (1.0, -1.5, 0.0, -0.0, BIG, 5e-324, INF, NAN, 1.0 + 2.0**-52)
          for b in (0, 1, -1, 1023, 1024, -1074, -1075, -1076, 2100, -2200, 2**31, -(2**31), MAX, MIN)]),
    Trap("math.ldexp by a float", "math.ldexp(a, 2.0)", "float -> float", [(1.0,)], refused=True),
    Trap("math.frexp", "math.frexp(a)[0] + math.frexp(a)[1]", "float -> float"),
    Trap("math.frexp unpacked", "f, e = math.frexp(a)\nreturn e", "float -> int"),
    Trap("math.modf", "math.modf(a)[0]", "float -> float"),
    Trap("math.remainder ties to even", "math.remainder(a, b)", "float float -> float",
         [(3.0, 2.0), (5.0, 2.0), (-3.0, 2.0), (1.0, 0.0), (INF, 1.0), (1.0, INF), (NAN, 1.0), (-1.0, 1.0),
          (1e300, 3.0), (5e-324, 1e-323), (BIG, 5e-324), (2.5, -1.0)]),
    Trap("math.fsum", "math.fsum((a, b, -a))", "float float -> float", refused=True),
    Trap("math.prod", "math.prod((a, b))", "float float -> float", refused=True),
    Trap("math.radians, there and back", "math.degrees(math.radians(a))", "float -> float"),
    Trap("math's constants", "math.pi * a + math.e - math.tau", "float -> float"),
    Trap("math.inf and math.nan", "math.inf if a else math.nan", "bool -> float"),
    Trap("math by another name", "m.sin(a) + floor(a)", "float -> float",
         before="import math as m\nfrom math import floor"),
    Trap("a function by another name", "wurzel(a)", "float -> float",
         before="from math import sqrt as wurzel"),
    Trap("math.sin with two arguments", "math.sin(a, a)", "float -> float", [(1.0,)], refused=True),
    Trap("math.sin of None", "math.sin(a)", "float? -> float", [(None,), (1.0,), (INF,)]),
    Trap("math.nothing", "math.nothing(a)", "float -> float", [(1.0,)], refused=True),
    Trap("math.sin by keyword", "math.sin(x=a)", "float -> float", [(1.0,)], refused=True),
    Trap("a domain error within a condition", "1.0 if math.sqrt(a) > 1.0 else 0.0", "float -> float"),
    Trap("a call whose result nobody reads", "math.sqrt(a)\nreturn 1.0", "float -> float"),
    Trap("exp that is caught", "try:\n    return math.exp(a)\nexcept OverflowError:\n    return -1.0",
         "float -> float"),
    Trap("log that is caught", "try:\n    return math.log(a)\nexcept ValueError as error:\n    return -1.0",
         "float -> float"),
    Trap("math.tan near its pole", "math.tan(a)", "float -> float",
         [(1.5707963267948966,), (1.5707963267948968,), (4.71238898038469,)]),
    Trap("an argument that is an int or a float", "math.sqrt(abs(a if a > b else b))",
         "int float -> float", [(a, b) for a in INTS for b in (0.5, -2.5, 1e300)]),
]  # fmt: skip
