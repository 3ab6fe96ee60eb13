"""Search by meeting in the middle; its door is `tuoguan.choose.solve_search`, its loops are in `kernels`."""
