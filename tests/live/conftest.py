from tests.live.shared import house as house
