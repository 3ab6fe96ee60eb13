"""Pages: plan."""

from fastapi import APIRouter

pages = APIRouter()
