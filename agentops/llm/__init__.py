"""The models behind one interface: Claude over the network, or the offline planner."""
