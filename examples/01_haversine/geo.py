# geo.py: a plugin is a Python file
import math

import numpy as np

db.set_plugin_id("ai.example.geo")
db.set_version("1.0.0")
R = 6371.0  # Earth's radius in km


@db.scalar_fn("haversine", args=["float"] * 4, returns="float", determinism="pure")
def haversine(lat1, lon1, lat2, lon2):
    if lat1 is None or lon1 is None or lat2 is None or lon2 is None:
        return None
    rlat1 = math.radians(lat1)
    rlat2 = math.radians(lat2)
    dlat = math.radians(lat2 - lat1)
    dlon = math.radians(lon2 - lon1)
    a = math.sin(dlat / 2.0) ** 2 + math.cos(rlat1) * math.cos(rlat2) * math.sin(dlon / 2.0) ** 2
    return R * 2.0 * math.asin(math.sqrt(a))


@db.scalar_fn(
    "haversine_np", args=["float"] * 4, returns="float", determinism="pure", vectorized="numpy"
)
def haversine_np(lat1, lon1, lat2, lon2):
    dlat, dlon = np.radians(lat2 - lat1), np.radians(lon2 - lon1)
    a = (
        np.sin(dlat / 2.0) ** 2
        + np.cos(np.radians(lat1)) * np.cos(np.radians(lat2)) * np.sin(dlon / 2.0) ** 2
    )
    return R * 2.0 * np.arcsin(np.sqrt(a))
