"""Image parts that looks are composed of: noise, light, head rig, camera, masks, curves."""
